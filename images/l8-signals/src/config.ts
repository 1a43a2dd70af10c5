import { Environment, type Variables } from "../../runtime/environment.ts";
import { type PostgresConfig, readPostgres } from "../../runtime/postgres-config.ts";
import { readTenantConfig, type TenantConfig } from "../../runtime/tenant-config.ts";

/** Configuration of the service of devices 54, 55 and 57. */
export interface SignalsConfig extends TenantConfig {
  readonly postgres: PostgresConfig;
  /** Folder with the tenant's feeds of indicators. */
  readonly feedsDir: string;
  /** Folder with tokens and authorities for TAXII servers; need not exist where no feed names one. */
  readonly feedAccessDir: string;
  /** Time between two looks at the feeds, milliseconds. */
  readonly feedsEveryMs: number;
  /** Time from the start to the first poll of a TAXII server, milliseconds. */
  readonly feedsFirstPollMs: number;
}

/** Reads the configuration of devices 54, 55 and 57; throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): SignalsConfig {
  const env = new Environment(variables);
  const tenant = readTenantConfig(env, { service: "l8-signals", device: 54, layer: 8 });
  const config = {
    ...tenant,
    postgres: readPostgres(env, tenant.identity.tenant),
    feedsDir: env.path("FEEDS_DIR", "/run/dsmil/feeds"),
    feedAccessDir: env.path("FEED_ACCESS_DIR", "/run/dsmil/feed-access"),
    feedsEveryMs: env.integer("FEEDS_POLL_MS", { min: 50, max: 600_000, default: 2000 }),
    feedsFirstPollMs: env.integer("FEEDS_FIRST_POLL_MS", { min: 0, max: 600_000, default: 30_000 }),
  };
  env.finish();
  return config;
}
