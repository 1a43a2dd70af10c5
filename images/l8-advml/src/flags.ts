import { Counter } from "prom-client";
import type { Metrics } from "../../runtime/metrics.ts";

/** What device 51 raises: a metric label, so the list is closed. */
export type AdvmlFlag = "LAYER_DISCREPANCY" | "POSSIBLE_LOG_TAMPER" | "PROMPT_INJECTION";

const FLAGS: readonly AdvmlFlag[] = ["LAYER_DISCREPANCY", "POSSIBLE_LOG_TAMPER", "PROMPT_INJECTION"];

/** Counts what was raised: `dsmil_advml_flags_total{flag}`. */
export class FlagCounter {
  private readonly counter: Counter<"tenant_id" | "device_id" | "flag">;
  private readonly labels: { readonly tenant_id: string; readonly device_id: string };

  constructor({ registry }: Pick<Metrics, "registry">, tenant: string, device: number) {
    this.labels = { tenant_id: tenant, device_id: String(device) };
    this.counter = new Counter({
      name: "dsmil_advml_flags_total",
      help: "Flags that the adversarial ML defence raised",
      labelNames: ["tenant_id", "device_id", "flag"],
      registers: [registry],
    });
    for (const flag of FLAGS) this.counter.inc({ ...this.labels, flag }, 0);
  }

  raised(flag: AdvmlFlag): void {
    this.counter.inc({ ...this.labels, flag });
  }
}
