import type { Environment } from "../environment.ts";
import { type PostgresConfig, readPostgres } from "../postgres-config.ts";
import { type OfficersConfig, readOfficersConfig } from "../stop/tenant-stop.ts";
import { readTenantConfig, type TenantConfig } from "../tenant-config.ts";
import { type PolicyConfig, readPolicyConfig } from "./policy-config.ts";

/** Configuration of a tenant's service that answers on the bus within the tenant's policy. */
export interface ProposingConfig extends TenantConfig {
  readonly postgres: PostgresConfig;
  readonly policy: PolicyConfig;
  readonly officers: OfficersConfig;
  /** This container's folder on the bus. */
  readonly busFolder: string;
}

/** Reads what such services have in common; bad keys are told by `env.finish()`. */
export function readProposingConfig(env: Environment, of: Parameters<typeof readTenantConfig>[1]): ProposingConfig {
  const tenant = readTenantConfig(env, of);
  return {
    ...tenant,
    postgres: readPostgres(env, tenant.identity.tenant),
    policy: readPolicyConfig(env),
    officers: readOfficersConfig(env),
    busFolder: env.path("DBE_FOLDER", "/run/dbe"),
  };
}
