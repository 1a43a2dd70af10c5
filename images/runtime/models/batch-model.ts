import { Counter, Gauge, Histogram } from "prom-client";
import type { TenantService } from "../tenant-service.ts";
import { MAX_ROWS } from "./loaded-model.ts";
import type { ModelIdentity } from "./manifest.ts";
import type { ModelSettings } from "./model-settings.ts";
import { ModelSlot, type ModelWant } from "./model-slot.ts";
import type { OpenSession } from "./onnx-session.ts";

/** A model's answers to some rows. */
export interface Answers {
  readonly model: ModelIdentity;
  /** The answer to row `row`, by column. */
  row(row: number): Float32Array;
}

/** A model as a part of a service: looked for, reported in /health and /metrics, asked batch by batch. */
export class BatchModel {
  private readonly slot: ModelSlot;
  private readonly want: ModelWant;
  private readonly service: TenantService;
  private readonly seconds: Histogram;
  private readonly fallbacks: Counter;
  private failure = "";

  constructor(service: TenantService, want: ModelWant, settings: ModelSettings, open?: OpenSession) {
    this.service = service;
    this.want = want;
    this.slot = new ModelSlot(want, settings, service.log, open);
    const registers = [service.metrics.registry];
    this.seconds = new Histogram({
      name: "dsmil_model_inference_seconds",
      help: "Time of one inference, of a whole batch",
      buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1],
      registers,
    });
    this.fallbacks = new Counter({
      name: "dsmil_model_fallback_total",
      help: "Rows that were decided without the model",
      registers,
    });
    new Gauge({
      name: "dsmil_model_info",
      help: "1 for the model that is loaded",
      labelNames: ["name", "version"],
      registers,
      collect: () => this.collect(),
    });
    service.health.add({ name: "model", weight: "warning", read: () => this.check() });
    service.health.add({
      name: "model_p99_ms",
      weight: "warning",
      read: () => ({ value: Math.round((this.slot.current?.latency.quantile(0.99) ?? 0) * 1000) / 1000, ok: true }),
    });
  }

  /** Looks for the model now, and then again and again until the service stops. */
  async start(): Promise<void> {
    await this.slot.look();
    this.service.loop(this.slot.run(this.service.signal));
  }

  get identity(): ModelIdentity | undefined {
    return this.slot.current?.identity;
  }

  /**
   * Asks the model about `items`; undefined when there is none or it failed, and the rules have to do.
   * @param put writes an item's features to `out` from `offset` on, which are zeros
   */
  async ask<T>(
    items: readonly T[],
    put: (item: T, out: Float32Array, offset: number) => void,
  ): Promise<Answers | undefined> {
    const model = this.slot.current;
    if (items.length === 0) return undefined;
    if (!model) return this.without(items.length);
    const { width, columns } = this.want;
    const answers = new Float32Array(items.length * columns.length);
    try {
      for (let from = 0; from < items.length; from += MAX_ROWS) {
        const part = items.slice(from, from + MAX_ROWS);
        const rows = new Float32Array(part.length * width);
        for (const [at, item] of part.entries()) put(item, rows, at * width);
        const begun = performance.now();
        answers.set(await model.infer(rows, part.length), from * columns.length);
        this.seconds.observe((performance.now() - begun) / 1000);
      }
    } catch (error) {
      this.failed(error as Error);
      return this.without(items.length);
    }
    this.failure = "";
    return {
      model: model.identity,
      row: (row) => answers.subarray(row * columns.length, (row + 1) * columns.length),
    };
  }

  private without(rows: number): undefined {
    this.fallbacks.inc(rows);
    return undefined;
  }

  private failed(error: Error): void {
    if (this.failure !== error.message) this.service.log.error({ err: error }, "inference failed; deciding by rules");
    this.failure = error.message;
    this.service.metrics.failed("internal");
  }

  private check() {
    return this.failure === "" ? this.slot.check() : { value: `inference failed: ${this.failure}`, ok: false };
  }

  private collect(): void {
    const gauge = this.service.metrics.registry.getSingleMetric("dsmil_model_info") as Gauge;
    gauge.reset();
    const { current } = this.slot;
    if (current) gauge.set({ ...current.identity }, 1);
  }
}
