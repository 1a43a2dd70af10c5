import type { FastifyInstance } from "fastify";
import type { Redis } from "ioredis";
import { Health } from "./health.ts";
import { publishHealth } from "./health-publisher.ts";
import { createHttp } from "./http.ts";
import type { Log } from "./log.ts";
import { Metrics } from "./metrics.ts";
import { createRedis } from "./redis-client.ts";
import { type Retention, trimByRetention } from "./retention-trimmer.ts";
import type { StreamConsumer } from "./stream-consumer.ts";
import { StreamFigures } from "./stream-figures.ts";
import type { TenantConfig } from "./tenant-config.ts";

/** What the parts of a tenant's service share: log, health, metrics, Redis connections and one stop for all. */
export class TenantService {
  readonly config: TenantConfig;
  readonly log: Log;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly http: FastifyInstance;
  /** The connection for everything that does not block. */
  readonly writer: Redis;
  private readonly streams: StreamFigures;
  private readonly stopping = new AbortController();
  private readonly connections: Redis[] = [];
  private readonly loops: Promise<void>[] = [];
  private readonly endings: (() => Promise<void>)[] = [];

  constructor(config: TenantConfig, log: Log) {
    this.config = config;
    this.log = log;
    this.health = new Health(config.identity);
    this.metrics = new Metrics(config.identity);
    this.http = createHttp({ health: this.health, metrics: this.metrics, log });
    this.writer = this.connect("writer");
    const { tenant, device } = config.identity;
    this.streams = new StreamFigures({ registry: this.metrics.registry, redis: this.writer, tenant, device });
    this.health.add({
      name: "redis",
      weight: "critical",
      read: () => ({
        value: this.writer.status === "ready" ? "connected" : "away",
        ok: this.writer.status === "ready",
      }),
    });
  }

  /** Aborts when the service stops. */
  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  /** A connection for blocking reads. */
  reader(purpose: string): Redis {
    return this.connect(purpose);
  }

  /** Runs a consumer until the stop, and reports it in /health as `input_<name>` and in the metrics. */
  consume(name: string, consumer: StreamConsumer): void {
    this.streams.follow({ name, key: consumer.key, group: consumer.group });
    this.health.add({
      name: `input_${name}`,
      weight: "critical",
      read: () => ({ value: consumer.trouble ?? "reading", ok: consumer.trouble === undefined }),
    });
    this.loop(consumer.run(this.signal));
  }

  /** Ties a loop that ends with `signal` to this service's stop. */
  loop(running: Promise<void>): void {
    this.loops.push(running);
  }

  /** What is to be closed when all else has stopped. */
  atEnd(close: () => Promise<void>): void {
    this.endings.push(close);
  }

  /** Starts listening, health reports and trimming; returns the HTTP port. */
  async start(trimmed: readonly Retention[]): Promise<number> {
    const { health, log, config, writer: redis } = this;
    const { identity, streams } = config;
    await this.http.listen({ host: "0.0.0.0", port: identity.httpPort });
    this.loop(publishHealth({ redis, key: streams.health, health, identity, log }, this.signal));
    this.loop(trimByRetention(redis, trimmed, log, this.signal));
    const address = this.http.server.address();
    const port = typeof address === "object" && address ? address.port : identity.httpPort;
    log.info({ port }, "started");
    return port;
  }

  /** Ends reads, lets loops finish what they hold, closes all connections. Un-acknowledged entries stay pending. */
  async stop(): Promise<void> {
    this.health.drain();
    this.stopping.abort();
    for (const connection of this.connections) if (connection !== this.writer) connection.disconnect();
    await Promise.allSettled(this.loops);
    this.writer.disconnect();
    await this.http.close();
    await Promise.all(this.endings.map((close) => close()));
  }

  private connect(purpose: string): Redis {
    const { identity, redis, pollTimeoutMs } = this.config;
    const connection = createRedis(
      redis,
      { name: `${identity.service}-${identity.tenant.toLowerCase()}-${purpose}`, silenceMs: pollTimeoutMs + 5000 },
      this.log,
    );
    this.connections.push(connection);
    return connection;
  }
}
