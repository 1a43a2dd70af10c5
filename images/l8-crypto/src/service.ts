import type { FastifyInstance } from "fastify";
import type pg from "pg";
import { Bus } from "../../runtime/bus/bus.ts";
import { Health } from "../../runtime/health.ts";
import { createHttp } from "../../runtime/http.ts";
import type { Log } from "../../runtime/log.ts";
import { Metrics } from "../../runtime/metrics.ts";
import { pause } from "../../runtime/pause.ts";
import { createPostgresPool } from "../../runtime/postgres-pool.ts";
import { BusReports } from "./bus-reports.ts";
import type { CryptoConfig } from "./config.ts";
import { CryptoMetrics } from "./crypto-metrics.ts";
import { Trail } from "./trail.ts";
import { Watcher } from "./watcher.ts";

/** The crypto watcher (device 53), for the whole fleet. */
export class CryptoService {
  readonly health: Health;
  readonly metrics: Metrics;
  readonly http: FastifyInstance;
  private readonly config: CryptoConfig;
  private readonly pool: pg.Pool;
  private readonly bus: Bus;
  private readonly watcher: Watcher;
  private readonly reports: BusReports;
  private readonly stopping = new AbortController();
  private loop: Promise<void> | undefined;

  constructor(config: CryptoConfig, log: Log) {
    const { identity, postgres, fleetDir, peerKeysDir, tenantsDir, busFolder } = config;
    this.config = config;
    this.health = new Health(identity);
    this.metrics = new Metrics(identity);
    const { registry } = this.metrics;
    this.http = createHttp({ health: this.health, metrics: this.metrics, log });
    this.pool = createPostgresPool(postgres, identity.service, log, {
      connections: 1,
      statementMs: 5000,
      readOnly: true,
    });
    this.bus = new Bus({ folder: busFolder, registry, connections: 1 });
    const trail = new Trail(this.pool, postgres.schema);
    this.watcher = new Watcher({ fleetDir, peerKeysDir, trail, metrics: new CryptoMetrics(registry), log });
    this.reports = new BusReports({ bus: this.bus, tenantsDir, health: this.health, identity, log });
    this.watcher.addTo(this.health);
    this.health.add({ name: "bus", weight: "warning", read: () => this.reports.check() });
  }

  /** Listens, then looks again and again; returns the HTTP port. */
  async start(): Promise<number> {
    const { httpPort } = this.config.identity;
    await this.http.listen({ host: "0.0.0.0", port: httpPort });
    this.loop = this.run(this.stopping.signal);
    const address = this.http.server.address();
    return typeof address === "object" && address ? address.port : httpPort;
  }

  async stop(): Promise<void> {
    this.health.drain();
    this.stopping.abort();
    await this.loop;
    this.bus.close();
    await this.pool.end();
    await this.http.close();
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.watcher.look();
      await this.reports.tell();
      await pause(this.config.lookMs, signal);
    }
  }
}
