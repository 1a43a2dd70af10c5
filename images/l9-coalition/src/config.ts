import { Environment, type Variables } from "../../runtime/environment.ts";
import { type PolicyConfig, readPolicyConfig } from "../../runtime/policy/policy-config.ts";
import { type PostgresConfig, readPostgres } from "../../runtime/postgres-config.ts";
import { type OfficersConfig, readOfficersConfig } from "../../runtime/stop/tenant-stop.ts";
import { readTenantConfig, type TenantConfig } from "../../runtime/tenant-config.ts";

/** Configuration of coalition intelligence. */
export interface CoalitionConfig extends TenantConfig {
  readonly postgres: PostgresConfig;
  readonly policy: PolicyConfig;
  readonly officers: OfficersConfig;
  /** This container's folder on the bus. */
  readonly busFolder: string;
  /** Holds partners.json, and the tenant's key for bundles: signing_seed, certificate. */
  readonly folder: string;
  /** Time between two looks at partners.json, ms. */
  readonly pollMs: number;
}

/** Reads the configuration of coalition intelligence (device 62); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): CoalitionConfig {
  const env = new Environment(variables);
  const tenant = readTenantConfig(env, { service: "l9-coalition", device: 62, layer: 9 });
  const config = {
    ...tenant,
    postgres: readPostgres(env, tenant.identity.tenant),
    policy: readPolicyConfig(env),
    officers: readOfficersConfig(env),
    busFolder: env.path("DBE_FOLDER", "/run/dbe"),
    folder: env.path("COALITION_DIR", "/run/dsmil/coalition"),
    pollMs: env.integer("COALITION_POLL_MS", { min: 50, max: 60_000, default: 5_000 }),
  };
  env.finish();
  return config;
}
