import type { Health } from "../health.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { MAX_ROWS } from "./loaded-model.ts";
import type { ModelIdentity } from "./manifest.ts";
import { ModelMetrics } from "./model-metrics.ts";
import type { ModelSettings } from "./model-settings.ts";
import { ModelSlot, type ModelWant } from "./model-slot.ts";
import type { OpenSession } from "./onnx-session.ts";

/** A model's answers to some rows. */
export interface Answers {
  readonly model: ModelIdentity;
  /** The answer to row `row`, by column. */
  row(row: number): Float32Array;
}

/** What a model needs of the service that it is a part of; a TenantService is one. */
export interface ModelHost {
  readonly health: Health;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Aborts when the service stops. */
  readonly signal: AbortSignal;
  /** Ties a loop that ends with `signal` to the service's stop. */
  loop(running: Promise<void>): void;
}

/** Where a service has more than one model. */
export interface ModelPlace {
  /** Its name in /health (default `model`). */
  readonly check?: string;
  /** What the service's models count in (default: its own). */
  readonly counts?: ModelMetrics;
  readonly open?: OpenSession;
}

/** A model as a part of a service: looked for, reported in /health and /metrics, asked batch by batch. */
export class BatchModel {
  private readonly slot: ModelSlot;
  private readonly want: ModelWant;
  private readonly service: ModelHost;
  private readonly counts: ModelMetrics;
  private failure = "";

  constructor(service: ModelHost, want: ModelWant, settings: ModelSettings, place: ModelPlace = {}) {
    const { check: name = "model", counts = new ModelMetrics(service.metrics.registry), open } = place;
    this.service = service;
    this.want = want;
    this.slot = new ModelSlot(want, settings, service.log, open);
    this.counts = counts;
    counts.tell(() => this.slot.current?.identity);
    service.health.add({ name, weight: "warning", read: () => this.check() });
    service.health.add({
      name: `${name}_p99_ms`,
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
        this.counts.seconds.observe((performance.now() - begun) / 1000);
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
    this.counts.fallbacks.inc(rows);
    return undefined;
  }

  private failed(error: Error): void {
    if (this.failure !== error.message)
      this.service.log.error({ err: error }, "inference failed; going on without the model");
    this.failure = error.message;
    this.service.metrics.failed("internal");
  }

  private check() {
    return this.failure === "" ? this.slot.check() : { value: `inference failed: ${this.failure}`, ok: false };
  }
}
