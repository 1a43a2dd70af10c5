import { Environment, type Variables } from "../../runtime/environment.ts";
import { type Identity, readIdentity } from "../../runtime/identity.ts";

/** Configuration of the L7 router. */
export interface L7Config {
  readonly identity: Identity;
  /** Folder with one folder a tenant, each holding api_keys.json and signing_seed. */
  readonly apiKeysDir: string;
  /** Time between two looks at the key files, milliseconds. */
  readonly apiKeysPollMs: number;
  /** This container's folder on the bus. */
  readonly busFolder: string;
  /** Ids of the models on offer. */
  readonly models: readonly string[];
  /** Time from SIGTERM to the last request, milliseconds. */
  readonly drainMs: number;
  /** Largest request body, bytes. */
  readonly bodyLimit: number;
}

const MODEL = "[a-z0-9][a-z0-9._-]{0,63}";

/** Reads the configuration of the L7 router (device 43); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): L7Config {
  const env = new Environment(variables);
  const models = env.text("MODELS", {
    pattern: new RegExp(`^${MODEL}(,${MODEL})*$`),
    hint: "model ids with commas between them",
    default: "llama-7b-amx,llama-1b-npu",
  });
  const config = {
    identity: readIdentity(env, { service: "l7-router", device: 43, layer: 7, httpPort: 8001 }),
    apiKeysDir: env.text("API_KEYS_DIR", { pattern: /^\//, hint: "an absolute path", default: "/run/dsmil/tenants" }),
    apiKeysPollMs: env.integer("API_KEYS_POLL_MS", { min: 50, max: 1000, default: 500 }),
    busFolder: env.text("DBE_FOLDER", { pattern: /^\//, hint: "an absolute path", default: "/run/dbe" }),
    models: models.split(","),
    drainMs: env.number("DRAIN_SECONDS", { min: 0, max: 60, default: 4 }) * 1000,
    bodyLimit: env.integer("BODY_LIMIT", { min: 1024, max: 64 * 1024 * 1024, default: 1024 * 1024 }),
  };
  env.finish();
  return config;
}
