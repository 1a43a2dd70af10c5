import { Environment, type Variables } from "../../runtime/environment.ts";
import { type Identity, readIdentity } from "../../runtime/identity.ts";
import { type ModelSettings, readModelSettings } from "../../runtime/models/model-settings.ts";
import { WORKERS_FORM, type WorkerAddress, workersIn } from "./workers/worker-address.ts";

/** Configuration of the L7 router. */
export interface L7Config {
  readonly identity: Identity;
  /** Folder with one folder a tenant, each holding api_keys.json and signing_seed. */
  readonly apiKeysDir: string;
  /** Time between two looks at the key files, milliseconds. */
  readonly apiKeysPollMs: number;
  /** This container's folder on the bus. */
  readonly busFolder: string;
  /** The language models' workers; those of the first device are asked first. */
  readonly workers: readonly WorkerAddress[];
  /** Failures in a row after which a worker is left alone, and for how long, milliseconds. */
  readonly breakAfter: number;
  readonly breakMs: number;
  /** Longest silence of a worker, milliseconds. */
  readonly workerIdleMs: number;
  /** Time between two looks at the workers, milliseconds. */
  readonly workersPollMs: number;
  /** Whether device 51 must allow each prompt; off where the fleet has none. */
  readonly promptCheck: boolean;
  /** Hex of the fleet root's raw public key, read at the moment of use; throws where there is none. */
  readonly root: ModelSettings["root"];
  /** Time from SIGTERM to the last request, milliseconds. */
  readonly drainMs: number;
  /** Largest request body, bytes. */
  readonly bodyLimit: number;
}

/** Reads the configuration of the L7 router (device 43); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): L7Config {
  const env = new Environment(variables);
  const workers = env.text("WORKERS", { pattern: WORKERS_FORM, hint: "47@http://host:port,…", default: "" });
  const config = {
    identity: readIdentity(env, { service: "l7-router", device: 43, layer: 7, httpPort: 8001 }),
    apiKeysDir: env.path("API_KEYS_DIR", "/run/dsmil/tenants"),
    apiKeysPollMs: env.integer("API_KEYS_POLL_MS", { min: 50, max: 1000, default: 500 }),
    busFolder: env.path("DBE_FOLDER", "/run/dbe"),
    workers: workersIn(workers),
    breakAfter: env.integer("BREAK_AFTER", { min: 1, max: 100, default: 3 }),
    breakMs: env.integer("BREAK_MS", { min: 50, max: 600_000, default: 5000 }),
    workerIdleMs: env.integer("WORKER_IDLE_MS", { min: 100, max: 600_000, default: 55_000 }),
    workersPollMs: env.integer("WORKERS_POLL_MS", { min: 50, max: 60_000, default: 1000 }),
    promptCheck: env.choice("PROMPT_CHECK", ["required", "off"], "required") === "required",
    root: readModelSettings(env).root,
    drainMs: env.number("DRAIN_SECONDS", { min: 0, max: 60, default: 4 }) * 1000,
    bodyLimit: env.integer("BODY_LIMIT", { min: 1024, max: 64 * 1024 * 1024, default: 1024 * 1024 }),
  };
  env.finish();
  return config;
}
