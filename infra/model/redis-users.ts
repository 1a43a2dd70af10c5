import { HEALTH_STREAM, redisKeysOf, redisUser } from "./names.ts";
import type { Tenant } from "./types.ts";

/** A user of Redis and what it may do, as `ACL SETUSER` takes it; the password comes from elsewhere. */
export interface RedisUserRules {
  /** `alpha_writer` */
  readonly name: string;
  /** An allow-list: `-@all` first, then single commands. */
  readonly rules: string;
}

/**
 * What a client library needs to log in and keep a connection. Not `client|setinfo`: Redis 7.0 does not know it and
 * refuses to start with an ACL file that names it.
 */
const connection = ["ping", "hello", "auth", "client|setname", "client|id"];
const reading = ["xread", "xrange", "xrevrange", "xlen", "xinfo"];
const consuming = ["xadd", "xreadgroup", "xack", "xautoclaim", "xclaim", "xpending", "xtrim"];

/** `-@all +ping … resetchannels <keys>` */
const allow = (keys: string, ...commands: string[]): string =>
  ["-@all", ...commands.map((command) => `+${command}`), "resetchannels", keys].join(" ");

/**
 * The Redis users of a tenant: `writer` for its services, `reader` for looking, `ingest` for sources of events, which
 * may append to the first stream and nothing else. Nobody may list keys (SCAN, KEYS, RANDOMKEY see every tenant's),
 * run scripts or publish.
 */
export function tenantRedisUsers(tenant: Pick<Tenant, "id" | "streams">): readonly RedisUserRules[] {
  const own = redisKeysOf(tenant.id);
  const health = `(-@all +xadd %W~${HEALTH_STREAM})`;
  return [
    {
      name: redisUser(tenant.id, "writer"),
      rules: `${allow(`~${own}`, ...connection, ...reading, ...consuming)} ${health}`,
    },
    { name: redisUser(tenant.id, "reader"), rules: allow(`%R~${own}`, ...connection, ...reading) },
    { name: redisUser(tenant.id, "ingest"), rules: allow(`%W~${tenant.streams.l3In}`, ...connection, "xadd", "xlen") },
  ];
}

/**
 * The fleet's user for Redis' exporter: statistics of the server. It has no keys, and no command that tells of one: no
 * SLOWLOG GET, no MONITOR, no CLIENT LIST.
 */
export const METRICS_REDIS_USER: RedisUserRules = {
  name: "dsmil_metrics",
  rules: allow("resetkeys", ...connection, "info", "latency|latest", "slowlog|len"),
};
