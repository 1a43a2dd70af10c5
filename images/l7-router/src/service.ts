import type { FastifyInstance } from "fastify";
import { Bus } from "../../runtime/bus/bus.ts";
import { Health } from "../../runtime/health.ts";
import type { Log } from "../../runtime/log.ts";
import { Metrics } from "../../runtime/metrics.ts";
import { createL7Router } from "./app.ts";
import type { L7Config } from "./config.ts";
import { KeyRing } from "./key-ring.ts";
import { KeyWatcher } from "./key-watcher.ts";
import { SigningKeys } from "./signing-keys.ts";
import { BusHealth, type BusHealthParts } from "./soc/bus-health.ts";
import { SocClient } from "./soc/soc-client.ts";

/** Requests over the bus at a time; the gateway takes 64 connections of a container. */
const BUS_CONNECTIONS = 48;

/** The L7 router with all that runs beside its API. */
export class L7Service {
  readonly health: Health;
  readonly app: FastifyInstance;
  private readonly config: L7Config;
  private readonly bus: Bus;
  private readonly keys: KeyWatcher;
  private readonly signing: SigningKeys;
  private readonly busHealth: BusHealth;
  private readonly stopping = new AbortController();

  /** @param paces of health reports, where not the usual */
  constructor(config: L7Config, log: Log, paces: Pick<BusHealthParts, "everyMs" | "retryMs" | "lookMs"> = {}) {
    const { identity, apiKeysDir, models, bodyLimit, busFolder } = config;
    const [ring, metrics, health] = [new KeyRing(), new Metrics(identity), new Health(identity)];
    this.config = config;
    this.health = health;
    this.bus = new Bus({ folder: busFolder, registry: metrics.registry, connections: BUS_CONNECTIONS });
    this.keys = new KeyWatcher(apiKeysDir, ring, log);
    this.signing = new SigningKeys(apiKeysDir, log);
    const { bus, signing: keys } = this;
    const soc = new SocClient({ bus, keys, device: identity.device });
    this.app = createL7Router({ ring, models, health, metrics, log, bodyLimit, soc });
    this.busHealth = new BusHealth({ bus, keys, tenants: () => ring.tenants, health, identity, log, ...paces });
    health.add({ name: "api_keys", weight: "warning", read: () => this.keys.check() });
    health.add({ name: "signing_seeds", weight: "warning", read: () => keys.files.check() });
    health.add({ name: "bus", weight: "warning", read: () => this.busHealth.check() });
  }

  /** Reads the keys, then listens. */
  async start(): Promise<void> {
    const { apiKeysPollMs, identity } = this.config;
    const { signal } = this.stopping;
    // Without its keys a router would refuse everybody: it listens only once they are read.
    await Promise.all([this.keys.look(), this.signing.files.look()]);
    void this.keys.run(apiKeysPollMs, signal);
    void this.signing.files.run(apiKeysPollMs, signal);
    await this.app.listen({ host: "0.0.0.0", port: identity.httpPort });
    void this.busHealth.run(signal);
  }

  /** Finishes requests and closes everything. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.app.close();
    this.bus.close();
  }
}
