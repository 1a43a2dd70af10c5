import { Environment, type Variables } from "../../runtime/environment.ts";
import { type ModelSettings, readModelSettings } from "../../runtime/models/model-settings.ts";
import { readTenantConfig, type TenantConfig } from "../../runtime/tenant-config.ts";
import { type IngestConfig, readIngest } from "./ingest/ingest-config.ts";

/** What the L3 router is told. */
export interface L3Config extends TenantConfig {
  readonly models: ModelSettings;
  /** Absent where the tenant has no ingest on this node. */
  readonly ingest?: IngestConfig;
}

/** Reads the configuration of the L3 router (device 18); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): L3Config {
  const env = new Environment(variables);
  const ingest = readIngest(env);
  const config = {
    ...readTenantConfig(env, { service: "l3-router", device: 18, layer: 3 }),
    ...(ingest && { ingest }),
    models: readModelSettings(env),
  };
  env.finish();
  return config;
}
