import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Identity } from "./identity.ts";
import type { RejectReason } from "./reject-reason.ts";

/** Kinds of failures: a metric label, so the list is closed. */
export type ErrorType = "denied" | "redis" | "postgres" | "hotpath" | "shrink" | "bus" | "worker" | "internal";

/**
 * The metrics every service has (Phase 5 §6.2), with the labels it fixes already filled in. Labels are bounded:
 * `msg_type`, `error_type` and `reason` come from closed lists, tenants from the manifest.
 */
export class Metrics {
  readonly registry = new Registry();
  private readonly labels: { readonly tenant_id: string; readonly device_id: string };
  private readonly requests: Counter<"tenant_id" | "device_id" | "msg_type">;
  private readonly errors: Counter<"tenant_id" | "device_id" | "error_type">;
  private readonly latency: Histogram<"tenant_id" | "device_id" | "msg_type">;
  private readonly rejects: Counter<"tenant_id" | "device_id" | "reason">;

  constructor(identity: Identity) {
    const registers = [this.registry];
    const device_id = String(identity.device);
    this.labels = { tenant_id: identity.tenant ?? "shared", device_id };
    const by = (label: string) => ({ registers, labelNames: ["tenant_id", "device_id", label] as never });
    this.requests = new Counter({
      name: "dsmil_requests_total",
      help: "Events or requests processed",
      ...by("msg_type"),
    });
    this.errors = new Counter({ name: "dsmil_errors_total", help: "Failures by kind", ...by("error_type") });
    this.rejects = new Counter({ name: "dsmil_rejected_total", help: "Lines and events kept aside", ...by("reason") });
    this.latency = new Histogram({
      name: "dsmil_request_latency_seconds",
      help: "Time from receipt to done",
      // Each layer's p99 among them (docs/alerts.md): between two bounds a share is a guess.
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10],
      ...by("msg_type"),
    });
    const active = new Gauge({
      name: "dsmil_active_devices",
      help: "Devices this process serves",
      labelNames: ["node", "layer"],
      registers,
    });
    active.set({ node: identity.node, layer: `L${identity.layer}` }, 1);
    new Gauge({
      name: "dsmil_memory_usage_bytes",
      help: "Resident memory of the device's process",
      labelNames: ["device_id"],
      registers,
      collect() {
        this.set({ device_id }, process.memoryUsage.rss());
      },
    });
    collectProcessMetrics(this.registry);
  }

  /** Counts `count` requests of a kind that took `seconds` each; `tenant` only where a service is shared. */
  processed(msgType: string, count: number, seconds?: number, tenant = this.labels.tenant_id): void {
    const labels = { ...this.labels, tenant_id: tenant, msg_type: msgType };
    this.requests.inc(labels, count);
    if (seconds !== undefined) this.latency.observe(labels, seconds);
  }

  failed(errorType: ErrorType): void {
    this.errors.inc({ ...this.labels, error_type: errorType });
  }

  rejected(reason: RejectReason): void {
    this.rejects.inc({ ...this.labels, reason });
  }
}

/** A histogram of the event loop's delay: the library's default takes a sample, and wakes the process, a hundred times a second. */
const DELAY_HISTOGRAM = ["min", "max", "mean", "stddev", "p50", "p90", "p99"].map(
  (part) => `nodejs_eventloop_lag_${part}_seconds`,
);
const NEARLY_NEVER_MS = 60_000;

/** What the library tells of the process, but for that histogram, which nothing reads. */
function collectProcessMetrics(register: Registry): void {
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: NEARLY_NEVER_MS });
  for (const name of DELAY_HISTOGRAM) register.removeSingleMetric(name);
}
