import type { Server } from "node:tls";
import type { FastifyRequest } from "fastify";
import { type Api, createApi } from "../../../runtime/api/api.ts";
import { Refusal } from "../../../runtime/api/refusal.ts";
import { followTlsFiles, readTlsFiles, type TlsFiles } from "../../../runtime/api/tls-files.ts";
import { bearerToken, isDigestOf, readTokenDigest } from "../../../runtime/api/token-file.ts";
import type { TenantService } from "../../../runtime/tenant-service.ts";
import { addBufferGauges, drainedCounter } from "./buffer-metrics.ts";
import { Drain } from "./drain.ts";
import { BufferFull, EventBuffer } from "./event-buffer.ts";
import type { IngestConfig } from "./ingest-config.ts";
import { readLines } from "./read-lines.ts";

/** Largest body, bytes: many short lines, or one of the longest with every character escaped. */
const BODY_LIMIT = 512 * 1024;
/** Each holds its body several times while it is read. */
const MOST_UNDER_WAY = 4;
/** Seconds after which a full buffer may have room. */
const RETRY_SECONDS = 5;

/**
 * Takes a tenant's log lines on its node and acknowledges them when they are on the node's disk; from there they go to
 * the stream. With the data node away the disk holds them, and when it is full senders are told to wait. A buffer that
 * cannot be opened leaves this closed and the service at its other work.
 */
export class Ingest {
  private readonly service: TenantService;
  private readonly config: IngestConfig;
  private readonly api: Api<true>;
  private readonly tls: TlsFiles;
  private buffer: EventBuffer | undefined;
  private drain: Drain | undefined;
  private problem = "";

  constructor(service: TenantService, config: IngestConfig) {
    this.service = service;
    this.config = config;
    this.tls = readTlsFiles(config.folder);
    const { health, metrics, log } = service;
    this.api = createApi<true>({
      ...{ name: "ingest", health, metrics, log, bodyLimit: BODY_LIMIT, mostUnderWay: MOST_UNDER_WAY },
      identify: (request) => this.identify(request),
      tls: this.tls,
    });
    this.open();
    this.observe();
    const { app } = this.api;
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(["application/x-ndjson", "text/plain"], { parseAs: "string" }, (_request, body, done) =>
      done(null, body),
    );
    app.post("/v1/events", async (request, reply) => reply.code(202).send(this.take(request.body)));
  }

  /** Listens until the service stops; returns the port. */
  async start(): Promise<number> {
    const { service, config, api } = this;
    const { signal, log } = service;
    await api.app.listen({ host: "0.0.0.0", port: config.port });
    const address = api.app.server.address();
    const port = typeof address === "object" && address ? address.port : config.port;
    service.loop(this.work(signal));
    const server = api.app.server as unknown as Server;
    service.loop(followTlsFiles({ server, folder: config.folder, files: this.tls, log }, signal));
    log.info({ port }, "ingest listens");
    return port;
  }

  private async work(signal: AbortSignal): Promise<void> {
    const stopped = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    await this.drain?.run(signal);
    await stopped;
    await this.api.app.close();
    const { buffer } = this;
    // Health and metrics are asked until the very end.
    this.drain = undefined;
    this.buffer = undefined;
    buffer?.close();
  }

  private open(): void {
    const { service, config } = this;
    try {
      this.buffer = new EventBuffer({ dir: config.bufferDir, maxBytes: config.maxBytes });
    } catch (error) {
      this.problem = `the buffer in ${config.bufferDir} cannot be opened: ${(error as Error).message}`;
      service.log.error({ reason: this.problem }, "ingest takes nothing; look at the buffer's file and start again");
      return;
    }
    const drained = drainedCounter(service.metrics.registry);
    const { l3In: key } = service.config.streams;
    const redis = service.reader("ingest");
    this.drain = new Drain({ buffer: this.buffer, redis, key, log: service.log, onAppended: (n) => drained.inc(n) });
  }

  private identify(request: FastifyRequest): true | undefined {
    const token = bearerToken(request.headers.authorization);
    if (token === undefined) return undefined;
    // Read each time: a token can be changed while we run.
    return isDigestOf(readTokenDigest(`${this.config.folder}/token_sha256`), token) || undefined;
  }

  private take(body: unknown): { accepted: number; known: number } {
    if (!this.buffer) throw new Refusal(503, "buffer_unavailable", "The node's buffer cannot be used.", RETRY_SECONDS);
    const begun = performance.now();
    const events = readLines(typeof body === "string" ? body : "", this.service.config.identity.tenant, new Date());
    try {
      const stored = this.buffer.add(events);
      this.problem = "";
      this.service.metrics.processed("INGEST", stored, (performance.now() - begun) / 1000);
      return { accepted: events.length, known: events.length - stored };
    } catch (error) {
      const full = error instanceof BufferFull;
      const problem = full ? "the buffer is full" : `the buffer fails: ${(error as Error).message}`;
      if (problem !== this.problem) this.service.log.warn({ reason: (error as Error).message }, problem);
      this.problem = problem;
      throw full
        ? new Refusal(503, "buffer_full", "The node's buffer is full; nothing was taken.", RETRY_SECONDS)
        : new Refusal(503, "buffer_unavailable", "The node's buffer cannot be used.", RETRY_SECONDS);
    }
  }

  private observe(): void {
    const { health, metrics } = this.service;
    const waiting = (): number => this.drain?.waiting ?? 0;
    const oldest = (): number => Math.round(this.drain?.oldestSeconds() ?? 0);
    addBufferGauges(metrics.registry, { waiting, bytes: () => this.buffer?.bytes ?? 0, oldest });
    const state = (): string => this.problem || this.drain?.trouble || "open";
    health.add({ name: "ingest", weight: "warning", read: () => ({ value: state(), ok: state() === "open" }) });
    health.add({ name: "buffer_events", weight: "warning", read: () => ({ value: waiting(), ok: true }) });
    health.add({
      name: "buffer_oldest_seconds",
      weight: "warning",
      read: () => ({ value: oldest(), ok: oldest() < 60 }),
    });
  }
}
