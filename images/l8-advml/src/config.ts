import { Environment, type Variables } from "../../runtime/environment.ts";
import { type PostgresConfig, readPostgres } from "../../runtime/postgres-config.ts";
import { readTenantConfig, type TenantConfig } from "../../runtime/tenant-config.ts";

/** Configuration of the adversarial ML defence. */
export interface AdvmlConfig extends TenantConfig {
  readonly postgres: PostgresConfig;
  /** This container's folder on the bus. */
  readonly busFolder: string;
  /** Time between two pieces of the check of the logs, milliseconds. */
  readonly logCheckMs: number;
  /** From this age on an entry of SOC_EVENTS must be in the archive, milliseconds. */
  readonly archivedWithinMs: number;
  /** For so long the archive keeps events, milliseconds. */
  readonly archiveMs: number;
}

const DAY_MS = 86_400_000;

/** Reads the configuration of the adversarial ML defence (device 51); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): AdvmlConfig {
  const env = new Environment(variables);
  const tenant = readTenantConfig(env, { service: "l8-advml", device: 51, layer: 8 });
  const config = {
    ...tenant,
    postgres: readPostgres(env, tenant.identity.tenant),
    busFolder: env.path("DBE_FOLDER", "/run/dbe"),
    logCheckMs: env.number("LOG_CHECK_SECONDS", { min: 0.05, max: 3600, default: 5 }) * 1000,
    archivedWithinMs: env.number("ARCHIVED_WITHIN_SECONDS", { min: 0, max: 86_400, default: 300 }) * 1000,
    archiveMs: env.integer("RETENTION_ARCHIVE_DAYS", { min: 1, max: 36_500, default: 90 }) * DAY_MS,
  };
  env.finish();
  return config;
}
