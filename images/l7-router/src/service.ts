import type { FastifyInstance } from "fastify";
import { Bus } from "../../runtime/bus/bus.ts";
import { BusInbox } from "../../runtime/bus/bus-inbox.ts";
import { TYPES } from "../../runtime/dbe/codec/constants.ts";
import { Health } from "../../runtime/health.ts";
import { AGENT_GENERATE_LIMITS } from "../../runtime/l7/agent-generate.ts";
import { TenantCertificates } from "../../runtime/l7/tenant-certificates.ts";
import type { Log } from "../../runtime/log.ts";
import { Metrics } from "../../runtime/metrics.ts";
import { generateHandler } from "./agent/generate-handler.ts";
import { createL7Router } from "./app.ts";
import { Chat } from "./chat/chat.ts";
import { PromptGate } from "./chat/prompt-gate.ts";
import type { L7Config } from "./config.ts";
import { DeviceClient } from "./devices/device-client.ts";
import { TokenVerifier } from "./identity/token-verifier.ts";
import { KeyRing } from "./key-ring.ts";
import { KeyWatcher } from "./key-watcher.ts";
import { Limiter } from "./limits/limiter.ts";
import { LimitsWatcher } from "./limits/limits-watcher.ts";
import { SigningKeys } from "./signing-keys.ts";
import { BusHealth, type BusHealthParts } from "./soc/bus-health.ts";
import { WorkerPool } from "./workers/worker-pool.ts";

/** How long a worker's word on its model counts, in looks. */
const STATUS_LOOKS = 4;
/** Requests over the bus at a time; the gateway takes 64 connections of a container. */
const BUS_CONNECTIONS = 48;
/** Questions of agents at a time. */
const AGENT_QUESTIONS = 24;

/** The L7 router with all that runs beside its API. */
export class L7Service {
  readonly health: Health;
  readonly app: FastifyInstance;
  private readonly config: L7Config;
  private readonly bus: Bus;
  private readonly keys: KeyWatcher;
  private readonly signing: SigningKeys;
  private readonly certificates: TenantCertificates;
  private readonly limits: LimitsWatcher;
  private readonly pool: WorkerPool;
  private readonly busHealth: BusHealth;
  /** What agents ask the language model. */
  private readonly inbox: BusInbox;
  private readonly stopping = new AbortController();
  private agents: Promise<void> | undefined;

  /** @param paces of health reports, where not the usual */
  constructor(config: L7Config, log: Log, paces: Pick<BusHealthParts, "everyMs" | "retryMs" | "lookMs"> = {}) {
    const { identity, apiKeysDir, bodyLimit, busFolder, promptCheck: isOn } = config;
    const [ring, metrics, health] = [new KeyRing(), new Metrics(identity), new Health(identity)];
    this.config = config;
    this.health = health;
    this.bus = new Bus({ folder: busFolder, registry: metrics.registry, connections: BUS_CONNECTIONS });
    this.keys = new KeyWatcher(apiKeysDir, ring, log);
    this.signing = new SigningKeys(apiKeysDir, log);
    this.certificates = new TenantCertificates(apiKeysDir, config.root, log);
    const limiter = new Limiter();
    this.limits = new LimitsWatcher(apiKeysDir, limiter, log);
    this.pool = poolOf(config, log);
    const { bus, signing: keys, pool } = this;
    const tokens = new TokenVerifier((tenant) => this.certificates.keyOf(tenant));
    const prompts = new PromptGate({ bus, keys, device: identity.device, isOn, log });
    const chat = new Chat({ pool, prompts, keys, limiter, log });
    const devices = new DeviceClient({ bus, keys, device: identity.device });
    this.app = createL7Router({ ring, tokens, chat, prompts, health, metrics, log, bodyLimit, devices });
    const handlers = { [TYPES.L7_SERVICE_REQ]: generateHandler({ chat, prompts, metrics, log }) };
    const bounds = { concurrency: AGENT_QUESTIONS, maxPayload: AGENT_GENERATE_LIMITS.bytes };
    this.inbox = new BusInbox({ folder: busFolder, handlers, log, ...bounds });
    this.busHealth = new BusHealth({ bus, keys, tenants: () => ring.tenants, health, identity, log, ...paces });
    health.add({ name: "api_keys", weight: "warning", read: () => this.keys.check() });
    health.add({ name: "signing_seeds", weight: "warning", read: () => keys.files.check() });
    health.add({ name: "certificates", weight: "warning", read: () => this.certificates.files.check() });
    health.add({ name: "limits", weight: "warning", read: () => this.limits.check() });
    health.add({ name: "workers", weight: "warning", read: () => pool.check() });
    health.add({ name: "prompt_check", weight: "warning", read: () => prompts.check() });
    health.add({ name: "agents", weight: "warning", read: () => this.inbox.check() });
    health.add({ name: "bus", weight: "warning", read: () => this.busHealth.check() });
  }

  /** Reads the keys, then listens. */
  async start(): Promise<void> {
    const { apiKeysPollMs, identity } = this.config;
    const { signal } = this.stopping;
    // Without its keys a router would refuse everybody: it listens only once they are read.
    const watched = [this.keys, this.signing.files, this.certificates.files, this.limits];
    await Promise.all(watched.map((files) => files.look()));
    for (const files of watched) void files.run(apiKeysPollMs, signal);
    await this.pool.look();
    void this.pool.run(signal);
    await this.app.listen({ host: "0.0.0.0", port: identity.httpPort });
    void this.busHealth.run(signal);
    this.agents = this.inbox.run(signal);
  }

  /** Finishes requests and closes everything. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all([this.app.close(), this.agents]);
    this.pool.close();
    this.bus.close();
  }
}

function poolOf(config: L7Config, log: Log): WorkerPool {
  const { identity, workers: addresses, breakAfter, breakMs: halfOpenMs, workerIdleMs: idleMs, workersPollMs } = config;
  const statusMs = STATUS_LOOKS * workersPollMs;
  const settings = { device: identity.device, breakAfter, halfOpenMs, idleMs, statusMs };
  return new WorkerPool({ addresses, settings, log, lookMs: workersPollMs });
}
