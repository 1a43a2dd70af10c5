import { Environment, type Variables } from "../../runtime/environment.ts";
import { type PostgresConfig, readPostgres } from "../../runtime/postgres-config.ts";
import { type OfficersConfig, readOfficersConfig } from "../../runtime/stop/tenant-stop.ts";
import { readTenantConfig, type TenantConfig } from "../../runtime/tenant-config.ts";

/** Configuration of the NC3 gate. */
export interface Nc3Config extends TenantConfig {
  readonly postgres: PostgresConfig;
  readonly officers: OfficersConfig;
  /** This container's folder on the bus. */
  readonly busFolder: string;
}

/** Reads the configuration of the NC3 gate (device 61); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): Nc3Config {
  const env = new Environment(variables);
  const tenant = readTenantConfig(env, { service: "l9-nc3", device: 61, layer: 9 });
  const config = {
    ...tenant,
    postgres: readPostgres(env, tenant.identity.tenant),
    officers: readOfficersConfig(env),
    busFolder: env.path("DBE_FOLDER", "/run/dbe"),
  };
  env.finish();
  return config;
}
