import type { FastifyInstance } from "fastify";
import { Health } from "../../runtime/health.ts";
import { TenantCertificates } from "../../runtime/l7/tenant-certificates.ts";
import type { Log } from "../../runtime/log.ts";
import { pause } from "../../runtime/pause.ts";
import { createWorker } from "./app.ts";
import { ClaimGate } from "./claim-gate.ts";
import type { WorkerConfig } from "./config.ts";
import { ModelSlot } from "./llm/model-slot.ts";
import { WorkerMetrics } from "./worker-metrics.ts";

/** Time that answers under way have when a worker stops, ms. */
const FINISH_MS = 5000;

/** An L7 worker with all that runs beside its API. */
export class WorkerService {
  readonly health: Health;
  readonly app: FastifyInstance;
  private readonly config: WorkerConfig;
  private readonly model: ModelSlot;
  private readonly certificates: TenantCertificates;
  private readonly stopping = new AbortController();
  private readonly aborting = new AbortController();
  private loading: Promise<void> = Promise.resolve();

  constructor(config: WorkerConfig, log: Log) {
    const { identity, models, certificatesDir, routerDevice, timeoutMs } = config;
    const { device } = identity;
    this.config = config;
    this.health = new Health(identity);
    this.model = new ModelSlot(config, log);
    this.certificates = new TenantCertificates(certificatesDir, models.root, log);
    const gate = new ClaimGate({ keyOf: (tenant) => this.certificates.keyOf(tenant), device, routerDevice });
    const metrics = new WorkerMetrics(identity, () => this.model.status());
    const { health, model } = this;
    this.app = createWorker({ gate, model, health, metrics, log, device, timeoutMs, stopping: this.aborting.signal });
    health.add({ name: "model", weight: "warning", read: () => model.check() });
    health.add({ name: "certificates", weight: "warning", read: () => this.certificates.files.check() });
  }

  /** Listens at once; requests are refused until the model is loaded. */
  async start(): Promise<void> {
    const { certificatesPollMs, identity } = this.config;
    const { signal } = this.stopping;
    await this.certificates.files.look();
    void this.certificates.files.run(certificatesPollMs, signal);
    await this.app.listen({ host: "0.0.0.0", port: identity.httpPort });
    this.loading = this.model.run(signal);
  }

  /** Lets answers under way come to their end, for a while, and closes everything. */
  async stop(): Promise<void> {
    this.stopping.abort();
    const end = performance.now() + FINISH_MS;
    while (this.model.running > 0 && performance.now() < end) await pause(50, this.aborting.signal);
    this.aborting.abort();
    await this.app.close();
    await this.loading;
    await this.model.dispose();
  }
}
