import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import pino from "pino";
import { createL7Router } from "../../../../images/l7-router/src/app.ts";
import { Chat } from "../../../../images/l7-router/src/chat/chat.ts";
import { PromptGate } from "../../../../images/l7-router/src/chat/prompt-gate.ts";
import { DeviceClient } from "../../../../images/l7-router/src/devices/device-client.ts";
import { TokenVerifier } from "../../../../images/l7-router/src/identity/token-verifier.ts";
import { KeyRing } from "../../../../images/l7-router/src/key-ring.ts";
import { KeyWatcher } from "../../../../images/l7-router/src/key-watcher.ts";
import { Limiter } from "../../../../images/l7-router/src/limits/limiter.ts";
import { SigningKeys } from "../../../../images/l7-router/src/signing-keys.ts";
import { WorkerPool } from "../../../../images/l7-router/src/workers/worker-pool.ts";
import { Bus } from "../../../../images/runtime/bus/bus.ts";
import { Health } from "../../../../images/runtime/health.ts";
import type { Identity } from "../../../../images/runtime/identity.ts";
import { Metrics } from "../../../../images/runtime/metrics.ts";

export const ALPHA = "sk-alpha-0123456789";
export const BRAVO = "sk-bravo-9876543210";
const identity: Identity = {
  node: "node-b",
  service: "l7-router",
  device: 43,
  layer: 7,
  tokenIdBase: 0x8081,
  logLevel: "info",
  httpPort: 0,
};

interface Worker {
  readonly url: string;
  close(): void;
}

/** An L7 router with keys of ALPHA and BRAVO, one worker and no bus; it does not listen. */
export class L7App {
  readonly dir = mkdtempSync("/tmp/dsmil-l7-");
  readonly lines: string[] = [];
  readonly app: FastifyInstance;
  readonly health = new Health(identity);
  readonly watcher: KeyWatcher;
  readonly signing: SigningKeys;
  private readonly bus: Bus;
  private readonly pool: WorkerPool;
  private readonly worker: Worker;

  static async start(): Promise<L7App> {
    const rig = new L7App(await statusServer({ id: "llama-7b-amx", version: "1.0.0", context: 1024 }));
    await rig.watcher.look();
    await rig.pool.look();
    return rig;
  }

  private constructor(worker: Worker) {
    this.worker = worker;
    this.putKeys("alpha", ALPHA);
    this.putKeys("bravo", BRAVO);
    const { dir, health } = this;
    const log = pino({ level: "info" }, { write: (line: string) => void this.lines.push(line) });
    const ring = new KeyRing();
    this.watcher = new KeyWatcher(dir, ring, log);
    const metrics = new Metrics(identity);
    this.bus = new Bus({ folder: `${dir}/bus`, registry: metrics.registry, connections: 4 });
    this.signing = new SigningKeys(dir, log);
    const shared = { bus: this.bus, keys: this.signing, device: 43 };
    const devices = new DeviceClient(shared);
    const settings = { device: 43, breakAfter: 3, halfOpenMs: 1000, idleMs: 1000, statusMs: 60_000 };
    this.pool = new WorkerPool({ addresses: [{ device: 47, url: worker.url }], settings, log, lookMs: 1000 });
    const prompts = new PromptGate({ ...shared, isOn: true, log });
    const chat = new Chat({ pool: this.pool, prompts, keys: this.signing, limiter: new Limiter(), log });
    const tokens = new TokenVerifier(() => undefined);
    this.app = createL7Router({ ring, tokens, chat, prompts, health, metrics, log, bodyLimit: 2048, devices });
  }

  get(url: string, key?: string, headers: Record<string, string> = {}) {
    return this.app.inject({ url, headers: { ...(key && { authorization: `Bearer ${key}` }), ...headers } });
  }

  putKeys(tenant: string, ...keys: string[]): void {
    mkdirSync(`${this.dir}/${tenant}`, { recursive: true });
    const hashed = keys.map((key, i) => ({ name: `k${i}`, sha256: createHash("sha256").update(key).digest("hex") }));
    writeFileSync(
      `${this.dir}/${tenant}/api_keys.json`,
      JSON.stringify({ tenant: tenant.toUpperCase(), keys: hashed }),
    );
  }

  async stop(): Promise<void> {
    await this.app.close();
    this.pool.close();
    this.worker.close();
    this.bus.close();
    rmSync(this.dir, { recursive: true });
  }
}

/** A worker, as far as its status goes. */
async function statusServer(model: object): Promise<Worker> {
  const status = JSON.stringify({ device_id: 47, model, running: 0, waiting: 0 });
  const server = createServer((_request, response) => response.end(status)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}
