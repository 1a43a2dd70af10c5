import { Environment, type Variables } from "../../runtime/environment.ts";
import { type PostgresConfig, readPostgres } from "../../runtime/postgres-config.ts";
import { readTenantConfig, type TenantConfig } from "../../runtime/tenant-config.ts";

/** Configuration of the NC3 gate. */
export interface Nc3Config extends TenantConfig {
  readonly postgres: PostgresConfig;
  /** Folder with officers.json. */
  readonly officersDir: string;
  readonly officersPollMs: number;
  /** This container's folder on the bus. */
  readonly busFolder: string;
}

/** Reads the configuration of the NC3 gate (device 61); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): Nc3Config {
  const env = new Environment(variables);
  const tenant = readTenantConfig(env, { service: "l9-nc3", device: 61, layer: 9 });
  const path = { pattern: /^\//, hint: "an absolute path" };
  const config = {
    ...tenant,
    postgres: readPostgres(env, tenant.identity.tenant),
    officersDir: env.text("OFFICERS_DIR", { ...path, default: "/run/dsmil/officers" }),
    officersPollMs: env.integer("OFFICERS_POLL_MS", { min: 50, max: 5_000, default: 1_000 }),
    busFolder: env.text("DBE_FOLDER", { ...path, default: "/run/dbe" }),
  };
  env.finish();
  return config;
}
