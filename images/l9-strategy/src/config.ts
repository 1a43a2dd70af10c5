import { Environment, type Variables } from "../../runtime/environment.ts";
import { type PolicyConfig, readPolicyConfig } from "../../runtime/policy/policy-config.ts";
import { type PostgresConfig, readPostgres } from "../../runtime/postgres-config.ts";
import { type OfficersConfig, readOfficersConfig } from "../../runtime/stop/tenant-stop.ts";
import { readTenantConfig, type TenantConfig } from "../../runtime/tenant-config.ts";

/** Configuration of the global strategy. */
export interface StrategyConfig extends TenantConfig {
  readonly postgres: PostgresConfig;
  readonly policy: PolicyConfig;
  readonly officers: OfficersConfig;
  /** This container's folder on the bus. */
  readonly busFolder: string;
}

/** Reads the configuration of the global strategy (device 60); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): StrategyConfig {
  const env = new Environment(variables);
  const tenant = readTenantConfig(env, { service: "l9-strategy", device: 60, layer: 9 });
  const config = {
    ...tenant,
    postgres: readPostgres(env, tenant.identity.tenant),
    policy: readPolicyConfig(env),
    officers: readOfficersConfig(env),
    busFolder: env.path("DBE_FOLDER", "/run/dbe"),
  };
  env.finish();
  return config;
}
