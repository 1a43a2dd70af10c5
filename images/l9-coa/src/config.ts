import { Environment, type Variables } from "../../runtime/environment.ts";
import { type PolicyConfig, readPolicyConfig } from "../../runtime/policy/policy-config.ts";
import { type PostgresConfig, readPostgres } from "../../runtime/postgres-config.ts";
import { type OfficersConfig, readOfficersConfig } from "../../runtime/stop/tenant-stop.ts";
import { readTenantConfig, type TenantConfig } from "../../runtime/tenant-config.ts";

/** Configuration of the COA engine. */
export interface CoaConfig extends TenantConfig {
  readonly postgres: PostgresConfig;
  readonly policy: PolicyConfig;
  readonly officers: OfficersConfig;
  /** This container's folder on the bus. */
  readonly busFolder: string;
}

/** Reads the configuration of the COA engine (device 59); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): CoaConfig {
  const env = new Environment(variables);
  const tenant = readTenantConfig(env, { service: "l9-coa", device: 59, layer: 9 });
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
