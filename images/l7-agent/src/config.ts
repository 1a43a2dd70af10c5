import { Environment, type Variables } from "../../runtime/environment.ts";
import { AGENT_LIMITS } from "../../runtime/l7/agent.ts";
import { type PolicyConfig, readPolicyConfig } from "../../runtime/policy/policy-config.ts";
import { type PostgresConfig, readPostgres } from "../../runtime/postgres-config.ts";
import { type OfficersConfig, readOfficersConfig } from "../../runtime/stop/tenant-stop.ts";
import { readTenantConfig, type TenantConfig } from "../../runtime/tenant-config.ts";

/** Configuration of the agent runtime. */
export interface AgentConfig extends TenantConfig {
  readonly postgres: PostgresConfig;
  readonly policy: PolicyConfig;
  readonly officers: OfficersConfig;
  /** This container's folder on the bus. */
  readonly busFolder: string;
  /** Longest run, ms. */
  readonly wallMs: number;
}

/** Reads the configuration of the agent runtime (device 48); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): AgentConfig {
  const env = new Environment(variables);
  const tenant = readTenantConfig(env, { service: "l7-agent", device: 48, layer: 7 });
  const config = {
    ...tenant,
    postgres: readPostgres(env, tenant.identity.tenant),
    policy: readPolicyConfig(env),
    officers: readOfficersConfig(env),
    busFolder: env.path("DBE_FOLDER", "/run/dbe"),
    wallMs: env.integer("RUN_WALL_MS", { min: 500, max: AGENT_LIMITS.wallMs, default: AGENT_LIMITS.wallMs }),
  };
  env.finish();
  return config;
}
