import { Environment, type Variables } from "../../runtime/environment.ts";
import { type ModelSettings, readModelSettings } from "../../runtime/models/model-settings.ts";
import { readTenantConfig, type TenantConfig } from "../../runtime/tenant-config.ts";

/** What the L6 risk model is told. */
export interface L6Config extends TenantConfig {
  readonly models: ModelSettings;
  /** Time between two assessments, milliseconds. */
  readonly everyMs: number;
}

/** Reads the configuration of the L6 risk model (device 37); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): L6Config {
  const env = new Environment(variables);
  const config = {
    ...readTenantConfig(env, { service: "l6-risk", device: 37, layer: 6 }),
    models: readModelSettings(env),
    everyMs: env.integer("RISK_INTERVAL_MS", { min: 100, max: 3_600_000, default: 15_000 }),
  };
  env.finish();
  return config;
}
