import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import type { Pool } from "pg";
import type { Endpoints } from "../../infra/cli/stores/endpoints.ts";
import { connectPostgres } from "../../infra/cli/stores/postgres-client.ts";
import { connectRedis } from "../../infra/cli/stores/redis-client.ts";
import type { Doors } from "../../infra/isolation/drivers/doors.ts";
import { tenantRedisUsers } from "../../infra/model/redis-users.ts";
import type { Model, Tenant } from "../../infra/model/types.ts";
import { postgresTenantSchemaOn } from "../../infra/provider/resources/postgres-tenant-schema/handler.ts";
import { redisAclUsersOn } from "../../infra/provider/resources/redis-acl-users/handler.ts";
import { redisStreamsOn } from "../../infra/provider/resources/redis-streams/handler.ts";
import { postgresStore } from "../../infra/provider/stores/postgres.ts";
import { redisStore } from "../../infra/provider/stores/redis.ts";
import type { TenantSecrets } from "../../infra/stacks/outputs.ts";
import { recordedContext } from "./context.ts";
import { type LocalServer, startPostgres, startRedis } from "./stores/servers.ts";

/** Real Redis and PostgreSQL with every tenant of a model provisioned as the provider does it. */
export interface TenantStores {
  readonly redis: LocalServer;
  readonly postgres: LocalServer;
  readonly secrets: Readonly<Record<string, TenantSecrets>>;
  readonly endpoints: Endpoints;
  readonly doors: Doors;
  /** Runs a Redis command as the administrator. */
  redisAdmin(...command: string[]): Promise<unknown>;
  /** Runs SQL as the administrator. */
  sql(text: string): Promise<Record<string, unknown>[]>;
  /** Provisions the tenants again, as `up` after drift. */
  provision(): Promise<void>;
  stop(): Promise<void>;
}

const secretOf = (tenant: string, what: string): string =>
  createHash("sha256").update(`${tenant}/${what}`).digest("hex").slice(0, 40);

/** A token with the claims of a tenant's; nothing here verifies it. */
const token = (tenant: string): string =>
  ["{}", JSON.stringify({ access: [{ collection: `${tenant}_events`, access: "rw" }] }), "x"]
    .map((part) => Buffer.from(part).toString("base64url"))
    .join(".");

export function secretsOf({ id, apiKeys }: Tenant): TenantSecrets {
  return {
    redis: Object.fromEntries(["writer", "reader", "ingest"].map((role) => [role, secretOf(id, role)])),
    postgres: { app: secretOf(id, "app"), reader: secretOf(id, "pg-reader") },
    qdrantToken: token(id),
    apiKeys: Object.fromEntries(apiKeys.map((key) => [key, `sk-${id}-${secretOf(id, key)}`])),
    tokens: { ingest: secretOf(id, "ingest-token"), shrink: secretOf(id, "shrink-token") },
    signing: { publicKey: "", seed: secretOf(id, "seed"), certificate: "" },
  };
}

export async function startTenantStores(model: Model): Promise<TenantStores> {
  const [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
  const stores = { redis: redisStore(), postgres: postgresStore() };
  const context = (server: LocalServer) => recordedContext((node) => server.connect(node));
  const secrets = Object.fromEntries(model.tenants.map((t) => [t.id, secretsOf(t)]));
  const endpoint = (server: LocalServer, name: string) => ({
    host: "127.0.0.1",
    port: server.port,
    servername: `${name}.dsmil.local`,
    ca: server.ca,
  });
  const endpoints: Endpoints = {
    async get(server) {
      if (server === "redis") return endpoint(redis, "redis");
      if (server === "postgres") return endpoint(postgres, "postgres");
      throw new Error(`no ${server} here`);
    },
    close: async () => undefined,
  };
  const provision = async (): Promise<void> => {
    for (const tenant of model.tenants) await provisionTenant(tenant, secrets[tenant.id] as TenantSecrets);
  };
  const provisionTenant = async (tenant: Tenant, own: TenantSecrets): Promise<void> => {
    const shared = { node: "node-c", tenant: tenant.id };
    const users = tenantRedisUsers(tenant).map((u) => ({
      ...u,
      password: own.redis[u.name.replace(/^.*_/, "")] ?? "",
    }));
    await redisAclUsersOn(stores.redis).reconcile({ ...shared, users }, undefined, context(redis));
    const streams = Object.values(tenant.streams as object).map((key: string) => ({
      key,
      groups: ["dsmil"],
      retentionSeconds: 3600,
    }));
    await redisStreamsOn(stores.redis).reconcile({ ...shared, streams }, undefined, context(redis));
    const schema = {
      ...shared,
      database: "dsmil",
      appPassword: own.postgres.app,
      readerPassword: own.postgres.reader,
      archiveRetentionDays: 90,
      drift: {},
    };
    await postgresTenantSchemaOn(stores.postgres).reconcile(schema, undefined, context(postgres));
  };
  await provision();
  return {
    redis,
    postgres,
    secrets,
    endpoints,
    provision,
    doors: {
      redis: async (user, password) => connectRedis(await endpoints.get("redis"), { user, password }),
      postgres: async (user, password) =>
        connectPostgres(await endpoints.get("postgres"), { user, password, database: "dsmil" }),
      https: () => Promise.reject(new Error("no HTTPS here")),
      exec: () => Promise.reject(new Error("no node here")),
      reach: () => Promise.reject(new Error("no node here")),
    },
    redisAdmin: (...[name = "", ...args]) =>
      stores.redis.use(context(redis), "node-c", (client: Redis) => client.call(name, ...args)),
    sql: (text) =>
      stores.postgres.use(
        context(postgres),
        "node-c",
        async (pool: Pool) => (await pool.query(text)).rows as Record<string, unknown>[],
        "dsmil",
      ),
    async stop() {
      await Promise.all([stores.redis.close(), stores.postgres.close()]);
      await Promise.all([redis.stop(), postgres.stop()]);
    },
  };
}
