import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import { exporterFolder, storePlace } from "../model/containers/exporters.ts";
import { METRICS_REDIS_USER } from "../model/redis-users.ts";
import type { Model } from "../model/types.ts";
import { NodeFiles, PostgresMetricsReader, RedisAclUsers } from "../provider/index.ts";
import type { Store } from "./data-services.ts";
import { SERVICE_UID } from "./service-container.ts";

export interface StoreMetricsArgs {
  readonly model: Model;
  /** Node that runs the stores and their exporters. */
  readonly node: string;
  readonly stores: ReadonlyMap<string, Store>;
}

/** What the exporters of the stores log in with: users that see statistics, and no key or row of anybody's. */
export class StoreMetrics extends pulumi.ComponentResource {
  /** What an exporter's container waits for, by its service's id. */
  readonly requires: Readonly<Record<string, readonly pulumi.Resource[]>>;
  private readonly args: StoreMetricsArgs;

  constructor(args: StoreMetricsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dsmil:component:StoreMetrics", "store-metrics", {}, opts);
    this.args = args;
    const has = (id: string): boolean => args.model.services.some((service) => service.id === id);
    this.requires = {
      ...(has("redis-exporter") && { "redis-exporter": this.redis() }),
      ...(has("postgres-exporter") && { "postgres-exporter": this.postgres() }),
    };
    this.registerOutputs({});
  }

  private redis(): pulumi.Resource[] {
    const { model, node } = this.args;
    const password = this.password("redis-metrics");
    const users = [{ ...METRICS_REDIS_USER, password }];
    const user = new RedisAclUsers("metrics", { node, users }, this.onStore("redis"));
    const place = storePlace(model.fleet.domain, model.services, "redis");
    const content = password.apply((secret) => JSON.stringify({ [`rediss://${place}`]: secret }));
    return [user, this.files("redis-exporter", { "passwords.json": content })];
  }

  private postgres(): pulumi.Resource[] {
    const { model, node } = this.args;
    const password = this.password("postgres-metrics");
    const { database } = model.fleet;
    const reader = new PostgresMetricsReader("metrics", { node, database, password }, this.onStore("postgres"));
    return [reader, this.files("postgres-exporter", { password })];
  }

  private password(name: string): pulumi.Output<string> {
    return new RandomPassword(name, { length: 40, special: false }, { parent: this }).result;
  }

  private onStore(id: string): pulumi.CustomResourceOptions {
    const store = this.args.stores.get(id);
    return { parent: this, ...(store && { dependsOn: [store.container], deletedWith: store.volume }) };
  }

  /** An exporter reads its password once: it ends when that is another one, and the engine starts it again. */
  private files(service: string, secrets: Readonly<Record<string, pulumi.Output<string>>>): NodeFiles {
    const { model, node } = this.args;
    const files = Object.fromEntries(
      Object.entries(secrets).map(([name, content]) => [name, { content, mode: "0400" }]),
    );
    const container = model.containers.find((c) => c.service === service)?.name ?? "";
    const reload = [{ container, exec: ["sh", "-c", "kill -TERM 1"] }];
    const owned = { node, path: exporterFolder(service), uid: SERVICE_UID, gid: SERVICE_UID, dirMode: "0700" };
    return new NodeFiles(service, { ...owned, files, reload }, { parent: this });
  }
}
