import { Counter } from "prom-client";
import type { Metrics } from "../../runtime/metrics.ts";
import { SIGNAL_FLAGS, type SignalFlag } from "./signal.ts";

/** Counts what was found: `dsmil_signals_findings_total{device_id,kind}`. */
export class SignalCounter {
  private readonly counter: Counter<"tenant_id" | "device_id" | "kind">;
  private readonly tenant: string;

  constructor({ registry }: Pick<Metrics, "registry">, tenant: string) {
    this.tenant = tenant;
    this.counter = new Counter({
      name: "dsmil_signals_findings_total",
      help: "What devices 54, 55 and 57 found",
      labelNames: ["tenant_id", "device_id", "kind"],
      registers: [registry],
    });
    for (const flag of Object.keys(SIGNAL_FLAGS) as SignalFlag[]) this.found(flag, 0);
  }

  found(flag: SignalFlag, count = 1): void {
    const { device } = SIGNAL_FLAGS[flag];
    this.counter.inc({ tenant_id: this.tenant, device_id: String(device), kind: flag }, count);
  }
}
