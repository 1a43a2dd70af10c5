import { Environment, type Variables } from "../../runtime/environment.ts";
import { type ModelSettings, readModelSettings } from "../../runtime/models/model-settings.ts";
import { readTenantConfig, type TenantConfig } from "../../runtime/tenant-config.ts";

/** What the L3 router is told. */
export interface L3Config extends TenantConfig {
  readonly models: ModelSettings;
}

/** Reads the configuration of the L3 router (device 18); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): L3Config {
  const env = new Environment(variables);
  const config = {
    ...readTenantConfig(env, { service: "l3-router", device: 18, layer: 3 }),
    models: readModelSettings(env),
  };
  env.finish();
  return config;
}
