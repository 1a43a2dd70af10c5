import { Counter, Gauge, type Registry } from "prom-client";

/** Why lines were not shipped. */
export type LostReason = "rotated" | "broken" | "refused";

/** The shipper's own metrics. Labels are bounded: tenants of the manifest, closed lists of reasons. */
export class ShipperMetrics {
  readonly shipped: Counter<"tenant">;
  readonly lost: Counter<"tenant" | "reason">;
  readonly failures: Counter;
  readonly kept: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.shipped = new Counter({
      name: "dsmil_log_lines_total",
      help: "Lines that Loki took",
      labelNames: ["tenant"],
      registers,
    });
    this.lost = new Counter({
      name: "dsmil_log_lines_lost_total",
      help: "Lines that were not shipped: rotated away unread, no line of an engine, refused by Loki",
      labelNames: ["tenant", "reason"],
      registers,
    });
    this.failures = new Counter({
      name: "dsmil_log_push_failures_total",
      help: "Pushes that are tried again",
      registers,
    });
    this.kept = new Gauge({
      name: "dsmil_log_kept_bytes",
      help: "Unread bytes of files that the engine has removed",
      registers,
    });
  }
}
