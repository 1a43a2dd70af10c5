import { Environment, type Variables } from "../../runtime/environment.ts";
import { type ModelSettings, readModelSettings } from "../../runtime/models/model-settings.ts";
import { readTenantConfig, type TenantConfig } from "../../runtime/tenant-config.ts";

/** What the L4 classifier is told. */
export interface L4Config extends TenantConfig {
  readonly models: ModelSettings;
}

/** Reads the configuration of the L4 classifier (device 25); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): L4Config {
  const env = new Environment(variables);
  const config = {
    ...readTenantConfig(env, { service: "l4-classifier", device: 25, layer: 4 }),
    models: readModelSettings(env),
  };
  env.finish();
  return config;
}
