import { Environment, type Variables } from "../../runtime/environment.ts";
import { type PolicyConfig, readPolicyConfig } from "../../runtime/policy/policy-config.ts";
import { type PostgresConfig, readPostgres } from "../../runtime/postgres-config.ts";
import { type OfficersConfig, readOfficersConfig } from "../../runtime/stop/tenant-stop.ts";
import { readTenantConfig, type TenantConfig } from "../../runtime/tenant-config.ts";

/** Configuration of the SOAR orchestrator. */
export interface SoarConfig extends TenantConfig {
  readonly postgres: PostgresConfig;
  readonly policy: PolicyConfig;
  readonly officers: OfficersConfig;
  /** For how long the same action on the same target is not proposed again, milliseconds. */
  readonly windowMs: number;
}

/** Reads the configuration of the SOAR orchestrator (device 58); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): SoarConfig {
  const env = new Environment(variables);
  const tenant = readTenantConfig(env, { service: "l8-soar", device: 58, layer: 8 });
  const config = {
    ...tenant,
    postgres: readPostgres(env, tenant.identity.tenant),
    policy: readPolicyConfig(env),
    officers: readOfficersConfig(env),
    windowMs: 1000 * env.integer("PROPOSAL_WINDOW_SECONDS", { min: 1, max: 86_400, default: 900 }),
  };
  env.finish();
  return config;
}
