import type { Server } from "node:tls";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { createApi } from "../../runtime/api/api.ts";
import { followTlsFiles, readTlsFiles } from "../../runtime/api/tls-files.ts";
import { bearerToken } from "../../runtime/api/token-file.ts";
import { Health } from "../../runtime/health.ts";
import { createHttp } from "../../runtime/http.ts";
import type { Log } from "../../runtime/log.ts";
import { Metrics } from "../../runtime/metrics.ts";
import { pause } from "../../runtime/pause.ts";
import { addObserving, addReading } from "./api/routes.ts";
import { Sockets } from "./api/sockets.ts";
import type { ShrinkConfig } from "./config.ts";
import { addGauges } from "./gauges.ts";
import { TenantBook } from "./tenant-book.ts";

const BODY_LIMIT = 512 * 1024;
const MOST_UNDER_WAY = 16;
/** A tenant that sends slowly leaves places to the others. */
const MOST_OF_ONE = 4;

/** SHRINK: figures of how tenants' operators are, each tenant's for itself. */
export class Shrink {
  readonly health: Health;
  private readonly config: ShrinkConfig;
  private readonly log: Log;
  private readonly book: TenantBook;
  private readonly sockets: Sockets;
  private readonly http: FastifyInstance;
  private readonly api: FastifyInstance;
  private readonly tls: ReturnType<typeof readTlsFiles>;
  private readonly stopping = new AbortController();
  private readonly loops: Promise<void>[] = [];

  constructor(config: ShrinkConfig, log: Log) {
    this.config = config;
    this.log = log;
    this.health = new Health(config.identity);
    const metrics = new Metrics(config.identity);
    this.book = new TenantBook(config.tenantsDir, log);
    const shared = { health: this.health, metrics, log };
    this.sockets = new Sockets(config.socketsDir, this.book, shared);
    this.http = createHttp(shared);
    this.tls = readTlsFiles(config.certsDir);
    const limits = { bodyLimit: BODY_LIMIT, mostUnderWay: MOST_UNDER_WAY, mostOfOne: MOST_OF_ONE };
    const identify = (request: FastifyRequest): string | undefined => {
      const token = bearerToken(request.headers.authorization);
      return token === undefined ? undefined : this.book.owner(token);
    };
    const api = createApi<string>({ name: "shrink", ...shared, ...limits, identify, tls: this.tls });
    addReading(api, this.book);
    addObserving(api, this.book, metrics);
    this.api = api.app;
    addGauges(metrics, this.book);
    const { book, sockets, health } = this;
    health.add({ name: "tenants", weight: "warning", read: () => ({ value: book.ids.length, ok: true }) });
    health.add({
      name: "sockets",
      weight: "warning",
      read: () => ({ value: sockets.count, ok: sockets.count === book.ids.length }),
    });
  }

  /** Listens; returns the ports of the API and of health and metrics. */
  async start(): Promise<{ readonly api: number; readonly http: number }> {
    const { config, log, api, http, stopping } = this;
    await this.refresh();
    await api.listen({ host: "0.0.0.0", port: config.port });
    await http.listen({ host: "0.0.0.0", port: config.identity.httpPort });
    const server = api.server as unknown as Server;
    this.loops.push(this.follow(stopping.signal));
    this.loops.push(followTlsFiles({ server, folder: config.certsDir, files: this.tls, log }, stopping.signal));
    const ports = { api: portOf(api), http: portOf(http) };
    log.info({ ...ports, tenants: this.book.ids }, "started");
    return ports;
  }

  async stop(): Promise<void> {
    this.health.drain();
    this.stopping.abort();
    await Promise.allSettled(this.loops);
    await Promise.all([this.api.close(), this.sockets.close()]);
    await this.http.close();
  }

  private async follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(this.config.tenantsPollMs, signal);
      if (!signal.aborted) await this.refresh();
    }
  }

  private async refresh(): Promise<void> {
    this.book.refresh();
    await this.sockets.refresh();
  }
}

function portOf(app: FastifyInstance): number {
  const address = app.server.address();
  return typeof address === "object" && address ? address.port : 0;
}
