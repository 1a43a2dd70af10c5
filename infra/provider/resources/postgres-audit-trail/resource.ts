import * as pulumi from "@pulumi/pulumi";
import type { PostgresAuditTrailArgs } from "./args.ts";

/**
 * The fleet's audit trail in PostgreSQL: one hash chain a node, which its node can only append to and nobody can change.
 * Import by `<node>/postgres-audit/<database>`.
 */
export class PostgresAuditTrail extends pulumi.CustomResource {
  /** `dsmil_audit` */
  declare readonly schema: pulumi.Output<string>;
  /** Version of the tables' layout. */
  declare readonly schemaVersion: pulumi.Output<number>;

  constructor(name: string, args: PostgresAuditTrailArgs, opts?: pulumi.CustomResourceOptions) {
    const props = { ...args, drift: {}, schema: undefined, schemaVersion: undefined };
    super("dsmil:index:PostgresAuditTrail", name, props, opts);
  }
}
