import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { ModelIdentity } from "./manifest.ts";

/** What a service counts of its models, of which it may have several. */
export class ModelMetrics {
  /** Time of one inference, of a whole batch. */
  readonly seconds: Histogram;
  /** Rows that were decided without a model. */
  readonly fallbacks: Counter;
  private readonly models: (() => ModelIdentity | undefined)[] = [];

  constructor(registry: Registry) {
    const registers = [registry];
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
    const { models } = this;
    new Gauge({
      name: "dsmil_model_info",
      help: "1 for the model that is loaded",
      labelNames: ["name", "version"],
      registers,
      collect() {
        this.reset();
        for (const model of models) {
          const identity = model();
          if (identity) this.set({ ...identity }, 1);
        }
      },
    });
  }

  /** Also tells of this model. @param identity which one is loaded */
  tell(identity: () => ModelIdentity | undefined): void {
    this.models.push(identity);
  }
}
