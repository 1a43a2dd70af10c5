import { Environment, type Variables } from "../../runtime/environment.ts";
import { readTenantConfig, type TenantConfig } from "../../runtime/tenant-config.ts";

/** Reads the configuration of the L4 classifier (device 25); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): TenantConfig {
  const env = new Environment(variables);
  const config = readTenantConfig(env, { service: "l4-classifier", device: 25, layer: 4 });
  env.finish();
  return config;
}
