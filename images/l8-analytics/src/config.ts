import { Environment, type Variables } from "../../runtime/environment.ts";
import { type PostgresConfig, readPostgres } from "../../runtime/postgres-config.ts";
import { readTenantConfig, type TenantConfig } from "../../runtime/tenant-config.ts";

/** Configuration of the SOC router. */
export interface AnalyticsConfig extends TenantConfig {
  readonly postgres: PostgresConfig;
  /** Folder in memory (tmpfs) for hotpath.db. */
  readonly hotpathDir: string;
  /** Largest size of hotpath.db, bytes; the write-ahead log comes on top. */
  readonly hotpathMaxBytes: number;
  /** Where SHRINK is: `http(s)://…`, `unix:/…`, "" where it is not deployed. */
  readonly shrinkUrl: string;
  readonly shrinkPollMs: number;
  /** This container's folder on the bus. */
  readonly busFolder: string;
  /** How long one layer's result waits for the other's, milliseconds. */
  readonly joinWindowMs: number;
}

const MIB = 1024 * 1024;

/** Reads the configuration of the SOC router (device 52); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): AnalyticsConfig {
  const env = new Environment(variables);
  const tenant = readTenantConfig(env, { service: "l8-analytics", device: 52, layer: 8 });
  const config = {
    ...tenant,
    postgres: readPostgres(env, tenant.identity.tenant),
    hotpathDir: env.path("HOTPATH_DIR", "/hotpath"),
    hotpathMaxBytes: env.integer("HOTPATH_MAX_BYTES", { min: MIB, max: 4096 * MIB, default: 40 * MIB }),
    busFolder: env.path("DBE_FOLDER", "/run/dbe"),
    shrinkUrl: shrinkAddress(env),
    shrinkPollMs: env.number("SHRINK_POLL_INTERVAL", { min: 0.1, max: 3600, default: 1 }) * 1000,
    joinWindowMs: env.number("JOIN_WINDOW_SECONDS", { min: 0.05, max: 300, default: 10 }) * 1000,
  };
  env.finish();
  return config;
}

/** SHRINK_SOCKET, the tenant's own door to SHRINK on this node, else SHRINK_URL. */
function shrinkAddress(env: Environment): string {
  const url = env.url("SHRINK_URL", true);
  const socket = env.path("SHRINK_SOCKET", "");
  return socket === "" ? url : `unix:${socket}`;
}
