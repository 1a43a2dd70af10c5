import { Environment, type Variables } from "../../runtime/environment.ts";
import { type ProposingConfig, readProposingConfig } from "../../runtime/policy/proposing-config.ts";

/** Configuration of the global strategy. */
export type StrategyConfig = ProposingConfig;

/** Reads the configuration of the global strategy (device 60); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): StrategyConfig {
  const env = new Environment(variables);
  const config = readProposingConfig(env, { service: "l9-strategy", device: 60, layer: 9 });
  env.finish();
  return config;
}
