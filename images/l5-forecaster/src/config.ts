import { Environment, type Variables } from "../../runtime/environment.ts";
import { type ModelSettings, readModelSettings } from "../../runtime/models/model-settings.ts";
import { readTenantConfig, type TenantConfig } from "../../runtime/tenant-config.ts";

/** What the L5 forecaster is told. */
export interface L5Config extends TenantConfig {
  readonly models: ModelSettings;
  /** Time between two forecasts, milliseconds. */
  readonly everyMs: number;
}

/** Reads the configuration of the L5 forecaster (device 33); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): L5Config {
  const env = new Environment(variables);
  const config = {
    ...readTenantConfig(env, { service: "l5-forecaster", device: 33, layer: 5 }),
    models: readModelSettings(env),
    everyMs: env.integer("FORECAST_INTERVAL_MS", { min: 100, max: 3_600_000, default: 60_000 }),
  };
  env.finish();
  return config;
}
