import { Environment, type Variables } from "../../runtime/environment.ts";
import { type Identity, readIdentity } from "../../runtime/identity.ts";
import { type PolicyConfig, readPolicyConfig } from "../../runtime/policy/policy-config.ts";

/** Configuration of the tool executor. It has no credentials. */
export interface ToolsConfig {
  readonly identity: Identity;
  /** All tenants' policies. */
  readonly policy: PolicyConfig;
  /** This container's folder on the bus. */
  readonly busFolder: string;
  /** Folder of the tools' programs. */
  readonly toolsDir: string;
  /** Longest run of a tool, ms. */
  readonly wallMs: number;
}

/** Reads the configuration of the tool executor (device 49); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): ToolsConfig {
  const env = new Environment(variables);
  const config = {
    identity: readIdentity(env, { service: "l7-tools", device: 49, layer: 7 }),
    policy: readPolicyConfig(env),
    busFolder: env.path("DBE_FOLDER", "/run/dbe"),
    toolsDir: env.path("TOOLS_DIR", "/app/tools"),
    wallMs: env.integer("TOOL_WALL_MS", { min: 100, max: 10_000, default: 3000 }),
  };
  env.finish();
  return config;
}
