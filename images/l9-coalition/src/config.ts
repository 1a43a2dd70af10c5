import { Environment, type Variables } from "../../runtime/environment.ts";
import { type ProposingConfig, readProposingConfig } from "../../runtime/policy/proposing-config.ts";

/** Configuration of coalition intelligence. */
export interface CoalitionConfig extends ProposingConfig {
  /** Holds partners.json, and the tenant's key for bundles: signing_seed, certificate. */
  readonly folder: string;
  /** Time between two looks at partners.json, ms. */
  readonly pollMs: number;
}

/** Reads the configuration of coalition intelligence (device 62); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): CoalitionConfig {
  const env = new Environment(variables);
  const config = {
    ...readProposingConfig(env, { service: "l9-coalition", device: 62, layer: 9 }),
    folder: env.path("COALITION_DIR", "/run/dsmil/coalition"),
    pollMs: env.integer("COALITION_POLL_MS", { min: 50, max: 60_000, default: 5_000 }),
  };
  env.finish();
  return config;
}
