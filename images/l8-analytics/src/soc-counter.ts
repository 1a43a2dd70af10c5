import { Counter } from "prom-client";
import type { Metrics } from "../../runtime/metrics.ts";
import { SEVERITIES } from "../../runtime/severity.ts";
import type { Verdict } from "./verdict.ts";

const DECISIONS = ["PASS", "REVIEW", "ALERT", "NONE"] as const;

/** Counts what went to SOC_EVENTS: `dsmil_soc_events_total{severity,decision}`; both are closed lists. */
export class SocCounter {
  private readonly counter: Counter<"tenant_id" | "device_id" | "severity" | "decision">;
  private readonly labels: { readonly tenant_id: string; readonly device_id: string };

  constructor({ registry }: Pick<Metrics, "registry">, tenant: string, device: number) {
    this.labels = { tenant_id: tenant, device_id: String(device) };
    this.counter = new Counter({
      name: "dsmil_soc_events_total",
      help: "Fused events told on SOC_EVENTS, by severity and Layer 3's decision, NONE without one",
      labelNames: ["tenant_id", "device_id", "severity", "decision"],
      registers: [registry],
    });
    for (const severity of SEVERITIES)
      for (const decision of DECISIONS) this.counter.inc({ ...this.labels, severity, decision }, 0);
  }

  told({ severity, l3 }: Pick<Verdict["event"], "severity" | "l3">): void {
    this.counter.inc({ ...this.labels, severity, decision: l3?.decision ?? "NONE" });
  }
}
