import { Gauge, type Registry } from "prom-client";
import type { Feeds } from "./feeds.ts";

/** `dsmil_intel_indicators`, by the tenant's feeds. */
export function addIndicatorGauge(registry: Registry, tenant: string, feeds: Pick<Feeds, "states">): void {
  new Gauge({
    name: "dsmil_intel_indicators",
    help: "Indicators of a feed that are matched against events",
    labelNames: ["tenant_id", "device_id", "feed"],
    registers: [registry],
    collect() {
      this.reset();
      for (const { id, indicators } of feeds.states) {
        this.set({ tenant_id: tenant, device_id: "54", feed: id }, indicators);
      }
    },
  });
}
