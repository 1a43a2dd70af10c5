import type { FastifyInstance } from "fastify";
import type pg from "pg";
import { Bus } from "../bus/bus.ts";
import { Health } from "../health.ts";
import { createHttp } from "../http.ts";
import type { Log } from "../log.ts";
import { Metrics } from "../metrics.ts";
import { pause } from "../pause.ts";
import { createPostgresPool } from "../postgres-pool.ts";
import { BusReports } from "./bus-reports.ts";
import type { FleetConfig } from "./fleet-config.ts";
import { Trail } from "./trail.ts";

/** What looks at the fleet's keys. */
export interface FleetWatcher {
  /** Adds what it watches to the health report. */
  addTo(health: Health): void;
  /** Looks once; never throws. */
  look(): Promise<void>;
}

/** What a watcher is made from. */
export interface FleetWatcherParts {
  readonly trail: Trail;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** A service that watches the keys of the whole fleet, again and again, and tells its health to the tenants. */
export class FleetService {
  readonly health: Health;
  readonly metrics: Metrics;
  readonly http: FastifyInstance;
  private readonly config: FleetConfig;
  private readonly pool: pg.Pool;
  private readonly bus: Bus;
  private readonly watcher: FleetWatcher;
  private readonly reports: BusReports;
  private readonly stopping = new AbortController();
  private loop: Promise<void> | undefined;

  constructor(config: FleetConfig, log: Log, makeWatcher: (parts: FleetWatcherParts) => FleetWatcher) {
    const { identity, postgres, tenantsDir, busFolder } = config;
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
    this.watcher = makeWatcher({ trail, metrics: this.metrics, log });
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
