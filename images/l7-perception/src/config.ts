import { Environment, type Variables } from "../../runtime/environment.ts";
import { type Identity, readIdentity } from "../../runtime/identity.ts";
import { type ModelSettings, readModelSettings } from "../../runtime/models/model-settings.ts";

/** Configuration of vision and speech. */
export interface PerceptionConfig {
  readonly identity: Identity;
  readonly models: ModelSettings;
  /** This container's folder on the bus. */
  readonly busFolder: string;
  /** Files that wait to be decoded at most. */
  readonly queue: number;
  /** Longest time that a file is decoded, milliseconds. */
  readonly decodeMs: number;
}

/** Reads the configuration of vision and speech (device 45); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): PerceptionConfig {
  const env = new Environment(variables);
  const config = {
    identity: readIdentity(env, { service: "l7-perception", device: 45, layer: 7 }),
    models: readModelSettings(env),
    busFolder: env.path("DBE_FOLDER", "/run/dbe"),
    queue: env.integer("QUEUE", { min: 2, max: 64, default: 8 }),
    decodeMs: env.integer("DECODE_MS", { min: 50, max: 60_000, default: 2000 }),
  };
  env.finish();
  return config;
}
