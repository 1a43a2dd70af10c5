import type { FastifyInstance } from "fastify";
import { Health } from "../../runtime/health.ts";
import { createHttp } from "../../runtime/http.ts";
import type { Log } from "../../runtime/log.ts";
import { Metrics } from "../../runtime/metrics.ts";
import type { ModelHost } from "../../runtime/models/batch-model.ts";
import { createPerception } from "./app.ts";
import type { PerceptionConfig } from "./config.ts";
import { Decoder } from "./decoder/decoder.ts";

/** Vision and speech with all that runs beside them; holds no secret and reaches no store. */
export class PerceptionService implements ModelHost {
  readonly health: Health;
  readonly metrics: Metrics;
  readonly http: FastifyInstance;
  readonly log: Log;
  private readonly config: PerceptionConfig;
  private readonly decoder: Decoder;
  private readonly stopping = new AbortController();
  private readonly loops: Promise<void>[] = [];

  /** @param program what the decoder's thread runs */
  constructor(config: PerceptionConfig, log: Log, program: URL) {
    const { identity, queue, decodeMs: timeoutMs } = config;
    this.config = config;
    this.log = log;
    this.health = new Health(identity);
    this.metrics = new Metrics(identity);
    this.http = createHttp({ health: this.health, metrics: this.metrics, log });
    this.decoder = new Decoder({ program, queue, timeoutMs });
  }

  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  loop(running: Promise<void>): void {
    this.loops.push(running);
  }

  /** Listens; returns the HTTP port. */
  async start(): Promise<number> {
    const { config, decoder } = this;
    const { httpPort } = config.identity;
    await createPerception({ host: this, config, decoder });
    await this.http.listen({ host: "0.0.0.0", port: httpPort });
    const address = this.http.server.address();
    return typeof address === "object" && address ? address.port : httpPort;
  }

  async stop(): Promise<void> {
    this.health.drain();
    this.stopping.abort();
    await Promise.allSettled(this.loops);
    await this.decoder.close();
    await this.http.close();
  }
}
