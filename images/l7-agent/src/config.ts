import { Environment, type Variables } from "../../runtime/environment.ts";
import { AGENT_LIMITS } from "../../runtime/l7/agent.ts";
import { type ProposingConfig, readProposingConfig } from "../../runtime/policy/proposing-config.ts";

/** Configuration of the agent runtime. */
export interface AgentConfig extends ProposingConfig {
  /** Longest run, ms. */
  readonly wallMs: number;
}

/** Reads the configuration of the agent runtime (device 48); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): AgentConfig {
  const env = new Environment(variables);
  const config = {
    ...readProposingConfig(env, { service: "l7-agent", device: 48, layer: 7 }),
    wallMs: env.integer("RUN_WALL_MS", { min: 500, max: AGENT_LIMITS.wallMs, default: AGENT_LIMITS.wallMs }),
  };
  env.finish();
  return config;
}
