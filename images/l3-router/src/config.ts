import { Environment, type Variables } from "../../runtime/environment.ts";
import { readTenantConfig, type TenantConfig } from "../../runtime/tenant-config.ts";

/** Reads the configuration of the L3 router (device 18); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): TenantConfig {
  const env = new Environment(variables);
  const config = readTenantConfig(env, { service: "l3-router", device: 18, layer: 3 });
  env.finish();
  return config;
}
