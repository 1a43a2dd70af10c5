import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import { tenantRedisUsers } from "../model/redis-users.ts";
import type { Model, Tenant } from "../model/types.ts";
import {
  PostgresTenantSchema,
  QdrantTenantCollections,
  RedisAclUsers,
  RedisStreams,
  TenantSigningKey,
} from "../provider/index.ts";
import type { TenantSecrets } from "../stacks/outputs.ts";
import type { Store } from "./data-services.ts";

export interface TenantDataArgs {
  readonly model: Model;
  readonly tenant: Tenant;
  /** Node that runs the stores. */
  readonly node: string;
  readonly rootSeed: pulumi.Input<string>;
  /** Whether removing the tenant may drop what it stored. */
  readonly allowDataLoss: boolean;
  /** The stores, by id: what runs and what holds the data. */
  readonly stores: ReadonlyMap<string, Store>;
}

/** Dimensions of the vectors in every tenant collection; the embedding model's output size. */
const VECTOR_SIZE = 384;

/** Everything a tenant owns in the stores: users, streams, schema, collections, and the credentials for them. */
export class TenantData extends pulumi.ComponentResource {
  readonly secrets: pulumi.Output<TenantSecrets>;
  private readonly args: TenantDataArgs;

  constructor(args: TenantDataArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dsmil:component:TenantData", args.tenant.id, {}, opts);
    this.args = args;
    const { tenant } = args;
    const redis = this.redis();
    const postgres = this.postgres();
    const qdrantToken = this.qdrant();
    const apiKeys = Object.fromEntries(
      tenant.apiKeys.map((key) => [key, pulumi.interpolate`sk-${tenant.id}-${this.password(`api-${key}`)}`]),
    );
    const own = { tenant: tenant.id, rootSeed: args.rootSeed };
    const coalition = new TenantSigningKey(`${tenant.id}-coalition`, { ...own, use: "coalition" }, { parent: this });
    const signing = new TenantSigningKey(tenant.id, own, { parent: this });
    this.secrets = pulumi.secret(
      pulumi.output({
        redis,
        postgres,
        qdrantToken,
        apiKeys,
        tokens: { ingest: this.password("ingest-token"), shrink: this.password("shrink-token") },
        coalition: { seed: coalition.seed, certificate: coalition.certificate },
        signing: { publicKey: signing.publicKey, seed: signing.seed, certificate: signing.certificate },
      }),
    );
    this.registerOutputs({});
  }

  private password(what: string): pulumi.Output<string> {
    return new RandomPassword(`${this.args.tenant.id}-${what}`, { length: 40, special: false }, { parent: this })
      .result;
  }

  private onStore(store: string): pulumi.CustomResourceOptions {
    const found = this.args.stores.get(store);
    // With its volume goes all that is in it: destroying the stack needs no second deletion, removing a tenant does.
    return { parent: this, ...(found && { dependsOn: [found.container], deletedWith: found.volume }) };
  }

  private redis(): Record<string, pulumi.Output<string>> {
    const { tenant, node, allowDataLoss } = this.args;
    const users = tenantRedisUsers(tenant).map((u) => ({
      ...u,
      password: this.password(u.name.replace(/^.*_/, "redis-")),
    }));
    new RedisAclUsers(tenant.id, { node, tenant: tenant.id, users }, this.onStore("redis"));
    const { streams, retentionHotSeconds: hot, retentionSocSeconds: soc } = tenant;
    new RedisStreams(
      tenant.id,
      {
        node,
        tenant: tenant.id,
        allowDataLoss,
        streams: [
          { key: streams.l3In, groups: ["l3-router"], retentionSeconds: hot },
          { key: streams.l3Out, groups: ["l8-analytics"], retentionSeconds: hot },
          { key: streams.l4In, groups: ["l4-classifier"], retentionSeconds: hot },
          { key: streams.l4Out, groups: ["l8-analytics"], retentionSeconds: hot },
          // Who reads these sees all of them and takes nothing: no group, which would only fall behind.
          { key: streams.l5Out, groups: [], retentionSeconds: hot },
          { key: streams.l6Out, groups: [], retentionSeconds: hot },
          { key: streams.rejects, groups: ["l8-analytics"], retentionSeconds: hot },
          { key: streams.socEvents, groups: ["dsmil", "l8-advml", "l8-signals", "l8-soar"], retentionSeconds: soc },
          { key: streams.proposals, groups: ["dsmil"], retentionSeconds: soc },
        ],
      },
      this.onStore("redis"),
    );
    return Object.fromEntries(users.map((u) => [u.name.replace(/^.*_/, ""), u.password]));
  }

  private postgres(): Record<"app" | "reader", pulumi.Output<string>> {
    const { tenant, node, model, allowDataLoss } = this.args;
    const app = this.password("postgres-app");
    const reader = this.password("postgres-reader");
    new PostgresTenantSchema(
      tenant.id,
      {
        node,
        database: model.fleet.database,
        tenant: tenant.id,
        appPassword: app,
        readerPassword: reader,
        archiveRetentionDays: tenant.retentionArchiveDays,
        allowDataLoss,
      },
      this.onStore("postgres"),
    );
    return { app, reader };
  }

  private qdrant(): pulumi.Output<string> {
    const { tenant, node, allowDataLoss } = this.args;
    const collections = tenant.collections.map((name) => ({ name, size: VECTOR_SIZE, distance: "Cosine" as const }));
    return new QdrantTenantCollections(
      tenant.id,
      { node, tenant: tenant.id, collections, allowDataLoss },
      this.onStore("qdrant"),
    ).token;
  }
}
