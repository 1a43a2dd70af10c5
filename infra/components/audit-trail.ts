import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import type { Model } from "../model/types.ts";
import { PostgresAuditTrail } from "../provider/index.ts";
import type { Store } from "./data-services.ts";

export interface AuditTrailArgs {
  readonly model: Model;
  /** Node that runs PostgreSQL. */
  readonly node: string;
  readonly allowDataLoss: boolean;
  readonly database: Store;
}

/** The fleet's audit trail and the passwords by which each node writes its own chain of it. */
export class AuditTrail extends pulumi.ComponentResource {
  /** By node id. */
  readonly passwords: Readonly<Record<string, pulumi.Output<string>>>;
  readonly readerPassword: pulumi.Output<string>;
  readonly trail: PostgresAuditTrail;

  constructor({ model, node, allowDataLoss, database }: AuditTrailArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dsmil:component:AuditTrail", "audit", {}, opts);
    const password = (of: string): pulumi.Output<string> =>
      new RandomPassword(`audit-${of}`, { length: 40, special: false }, { parent: this }).result;
    this.passwords = Object.fromEntries(model.nodes.map(({ id }) => [id, password(id)]));
    this.readerPassword = password("reader");
    this.trail = new PostgresAuditTrail(
      "audit",
      {
        node,
        database: model.fleet.database,
        writers: Object.entries(this.passwords).map(([writer, secret]) => ({ node: writer, password: secret })),
        readerPassword: this.readerPassword,
        allowDataLoss,
      },
      { parent: this, dependsOn: [database.container], deletedWith: database.volume },
    );
    this.registerOutputs({});
  }
}
