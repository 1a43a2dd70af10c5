import { Environment, type Variables } from "../../runtime/environment.ts";
import { type ProposingConfig, readProposingConfig } from "../../runtime/policy/proposing-config.ts";

/** Configuration of the COA engine. */
export type CoaConfig = ProposingConfig;

/** Reads the configuration of the COA engine (device 59); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): CoaConfig {
  const env = new Environment(variables);
  const config = readProposingConfig(env, { service: "l9-coa", device: 59, layer: 9 });
  env.finish();
  return config;
}
