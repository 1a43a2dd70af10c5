import { Gauge, type Registry } from "prom-client";
import type { Health, HealthStatus } from "./health.ts";

const STATUSES: readonly HealthStatus[] = ["healthy", "degraded", "unhealthy"];

/** /health as figures: `dsmil_health_status{status}` and `dsmil_health_check{check}`. Names of checks stand in the code. */
export function addHealthMetrics(registry: Registry, health: Health): void {
  new Gauge({
    name: "dsmil_health_status",
    help: "1 for what /health says",
    labelNames: ["status"],
    registers: [registry],
    collect() {
      const { status } = health.report();
      for (const one of STATUSES) this.set({ status: one }, one === status ? 1 : 0);
    },
  });
  new Gauge({
    name: "dsmil_health_check",
    help: "1 for a check of /health that is good, 0 for one that is not",
    labelNames: ["check"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [check, good] of health.results()) this.set({ check }, good ? 1 : 0);
    },
  });
}
