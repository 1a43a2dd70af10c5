import type { Environment } from "./environment.ts";
import { type Identity, type IdentityDefaults, readIdentity } from "./identity.ts";

/** Where Redis is and who we are there. The password stays in its file: it may change while we run. */
export interface RedisConfig {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly passwordFile: string;
  /** PEM of the fleet's CA; the server's certificate must chain to it and name `host`. */
  readonly ca: string;
}

/** Keys of the tenant's streams (Phase 1 data fabric) and of the shared health stream. */
export interface StreamKeys {
  readonly l3In: string;
  readonly l3Out: string;
  readonly l4In: string;
  readonly l4Out: string;
  readonly socEvents: string;
  readonly l5Out: string;
  readonly l6Out: string;
  readonly rejects: string;
  readonly proposals: string;
  readonly health: string;
}

/** What every service of a tenant is told. */
export interface TenantConfig {
  readonly identity: Identity & { readonly tenant: string };
  readonly redis: RedisConfig;
  readonly streams: StreamKeys;
  /** Most entries of one read. */
  readonly batchSize: number;
  /** Longest wait of one blocking read, milliseconds. */
  readonly pollTimeoutMs: number;
  /** Seconds that L3 and L4 entries are kept. */
  readonly retentionHotSeconds: number;
  /** Seconds that SOC_EVENTS, REJECTS and PROPOSALS entries are kept. */
  readonly retentionSocSeconds: number;
}

const DAY = 86_400;
const TENANT = /^[A-Z][A-Z0-9]{1,15}$/;
const HOST = /^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/;

/** Reads the keys that tenant services share; the caller adds its own and then calls `env.finish()`. */
export function readTenantConfig(env: Environment, defaults: IdentityDefaults): TenantConfig {
  const tenant = env.text("TENANT_ID", { pattern: TENANT, hint: "an upper-case tenant id such as ALPHA" });
  const retention = { min: 60, max: 3650 * DAY };
  return {
    identity: { ...readIdentity(env, defaults), tenant },
    redis: readRedis(env, tenant),
    streams: readStreams(env, tenant),
    batchSize: env.integer("BATCH_SIZE", { min: 1, max: 5000, default: 500 }),
    pollTimeoutMs: env.integer("POLL_TIMEOUT", { min: 10, max: 60_000, default: 5000 }),
    retentionHotSeconds: env.integer("RETENTION_HOT_SECONDS", { ...retention, default: DAY }),
    retentionSocSeconds: env.integer("RETENTION_SOC_SECONDS", { ...retention, default: 7 * DAY }),
  };
}

/** Path of a secret; the file must be readable now, so that a missing mount is named at start. */
export function secretPath(env: Environment, name: string): string {
  const folder = env.text("SECRETS_DIR", { default: "/run/dsmil/secrets" });
  const path = `${folder}/${name}`;
  env.file(name, path);
  return path;
}

/** Reads CA_FILE; services read it once, a new CA means a new start. */
export function readCa(env: Environment): string {
  return env.file("CA_FILE", env.text("CA_FILE", { default: "/etc/dsmil/ca/ca.crt" }));
}

function readRedis(env: Environment, tenant: string): RedisConfig {
  return {
    host: env.text("REDIS_HOST", { pattern: HOST, hint: "a host name", default: "localhost" }),
    port: env.integer("REDIS_PORT", { min: 1, max: 65535, default: 6379 }),
    user: env.text("REDIS_USER", { pattern: /^[a-z][a-z0-9_]{0,40}$/, default: `${tenant.toLowerCase()}_writer` }),
    passwordFile: secretPath(env, "redis_password"),
    ca: readCa(env),
  };
}

function readStreams(env: Environment, tenant: string): StreamKeys {
  const key = (name: string): string =>
    env.text(`REDIS_STREAM_${name}`, {
      pattern: new RegExp(`^${tenant}_[A-Z0-9_]{1,40}$`),
      hint: `a key that starts with ${tenant}_`,
      default: `${tenant}_${name}`,
    });
  return {
    l3In: key("L3_IN"),
    l3Out: key("L3_OUT"),
    l4In: key("L4_IN"),
    l4Out: key("L4_OUT"),
    socEvents: key("SOC_EVENTS"),
    l5Out: key("L5_OUT"),
    l6Out: key("L6_OUT"),
    rejects: key("REJECTS"),
    proposals: key("PROPOSALS"),
    health: env.text("REDIS_STREAM_HEALTH_EVENTS", { pattern: /^[A-Z0-9_]{1,64}$/, default: "HEALTH_EVENTS" }),
  };
}
