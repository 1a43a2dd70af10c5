import { Environment, type Variables } from "../../runtime/environment.ts";
import { type Identity, readIdentity } from "../../runtime/identity.ts";
import { type ModelSettings, readModelSettings } from "../../runtime/models/model-settings.ts";

/** Configuration of an L7 worker. */
export interface WorkerConfig {
  readonly identity: Identity;
  readonly models: ModelSettings;
  /** Name of the model, a folder of MODELS_DIR. */
  readonly model: string;
  /** Whether a model must be signed by the fleet's signer of models; an unsigned one is otherwise only reported. */
  readonly signatureRequired: boolean;
  /** Folder with one folder a tenant, each holding certificate.json. */
  readonly certificatesDir: string;
  readonly certificatesPollMs: number;
  /** Device whose claims are taken: the L7 router's. */
  readonly routerDevice: number;
  /** Answers written at a time, and requests that may wait. */
  readonly slots: number;
  readonly queue: number;
  /** Tokens of a conversation with its answer; at most what the model was trained for. */
  readonly context: number;
  /** Most tokens of one answer. */
  readonly maxTokens: number;
  readonly threads: number;
  /** Longest wait for a slot, and longest time of one answer, ms. */
  readonly waitMs: number;
  readonly timeoutMs: number;
  /** Time from SIGTERM to the last request, ms. */
  readonly drainMs: number;
}

/** Reads the configuration of an L7 worker (device 47 or 44); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): WorkerConfig {
  const env = new Environment(variables);
  const config = {
    identity: readIdentity(env, { service: "l7-worker", device: 47, layer: 7, httpPort: 8047 }),
    models: readModelSettings(env),
    model: env.text("MODEL_NAME", { pattern: /^[a-z][a-z0-9-]{0,39}$/, hint: "a model's name", default: "l7-tiny" }),
    signatureRequired: env.choice("MODEL_SIGNATURE", ["required", "optional"], "required") === "required",
    certificatesDir: env.path("CERTIFICATES_DIR", "/run/dsmil/tenants"),
    certificatesPollMs: env.integer("CERTIFICATES_POLL_MS", { min: 50, max: 10_000, default: 500 }),
    routerDevice: env.integer("ROUTER_DEVICE", { min: 0, max: 103, default: 43 }),
    slots: env.integer("SLOTS", { min: 1, max: 16, default: 2 }),
    queue: env.integer("QUEUE", { min: 0, max: 256, default: 8 }),
    context: env.integer("CONTEXT_TOKENS", { min: 64, max: 1 << 20, default: 1024 }),
    maxTokens: env.integer("MAX_TOKENS", { min: 1, max: 1 << 16, default: 512 }),
    threads: env.integer("THREADS", { min: 1, max: 64, default: 1 }),
    waitMs: env.integer("QUEUE_WAIT_MS", { min: 10, max: 60_000, default: 10_000 }),
    timeoutMs: env.integer("TIMEOUT_MS", { min: 100, max: 600_000, default: 50_000 }),
    drainMs: env.number("DRAIN_SECONDS", { min: 0, max: 60, default: 4 }) * 1000,
  };
  env.finish();
  return config;
}
