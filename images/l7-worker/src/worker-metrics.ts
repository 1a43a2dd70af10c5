import { Counter, Gauge } from "prom-client";
import type { Identity } from "../../runtime/identity.ts";
import type { Usage } from "../../runtime/l7/generate.ts";
import { Metrics } from "../../runtime/metrics.ts";

/** How requests end. */
export type Ending = "stop" | "length" | "cancelled" | "timeout" | "refused" | "failed";

/** Measures of a worker. */
export class WorkerMetrics {
  readonly all: Metrics;
  private readonly device: string;
  private readonly speed: Gauge<"device_id">;
  private readonly tokens: Counter<"tenant_id" | "device_id" | "kind">;
  private readonly endings: Counter<"device_id" | "ending">;

  /** @param places answers at work and requests that wait, now */
  constructor(identity: Identity, places: () => { readonly running: number; readonly waiting: number }) {
    this.all = new Metrics(identity);
    this.device = String(identity.device);
    const registers = [this.all.registry];
    const device_id = this.device;
    this.speed = new Gauge({
      name: "dsmil_llm_tokens_per_second",
      help: "Tokens a second of the last answer",
      labelNames: ["device_id"],
      registers,
    });
    this.speed.set({ device_id }, 0);
    this.tokens = new Counter({
      name: "dsmil_llm_tokens_total",
      help: "Tokens read and written",
      labelNames: ["tenant_id", "device_id", "kind"],
      registers,
    });
    this.endings = new Counter({
      name: "dsmil_llm_requests_total",
      help: "Requests by how they ended",
      labelNames: ["device_id", "ending"],
      registers,
    });
    new Gauge({
      name: "dsmil_llm_requests_open",
      help: "Requests at work and waiting",
      labelNames: ["device_id", "state"],
      registers,
      collect() {
        const { running, waiting } = places();
        this.set({ device_id, state: "running" }, running);
        this.set({ device_id, state: "waiting" }, waiting);
      },
    });
  }

  ended(ending: Ending): void {
    this.endings.inc({ device_id: this.device, ending });
  }

  answered(tenant: string, { prompt_tokens, completion_tokens }: Usage, seconds: number): void {
    const labels = { tenant_id: tenant, device_id: this.device };
    this.all.processed("L7_GENERATE", 1, seconds, tenant);
    this.tokens.inc({ ...labels, kind: "prompt" }, prompt_tokens);
    this.tokens.inc({ ...labels, kind: "completion" }, completion_tokens);
    if (seconds > 0) this.speed.set({ device_id: this.device }, completion_tokens / seconds);
  }
}
