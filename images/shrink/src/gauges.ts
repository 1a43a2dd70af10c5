import { Gauge } from "prom-client";
import type { Metrics } from "../../runtime/metrics.ts";
import type { TenantFigures } from "./figures/tenant.ts";
import type { TenantBook } from "./tenant-book.ts";

const HELP: Readonly<Record<keyof TenantFigures, string>> = {
  risk_acute_stress: "Acute stress of a tenant's operators, 0 to 1",
  cognitive_load: "Cognitive load of a tenant's operators, 0 to 1",
  lbi_hyperfocus_density: "Hyperfocus of a tenant's operators, 0 to 1",
  entropy: "Variety of a tenant's operators' commands, 0 to 1",
  crisis_level: "How far a tenant's operators are in a crisis, 0 to 1",
};

/** `shrink_*` by tenant: the figures, and the operators and observations that they rest on. */
export function addGauges({ registry }: Pick<Metrics, "registry">, book: Pick<TenantBook, "ids" | "report">): void {
  const gauge = (name: string, help: string, read: (report: ReturnType<TenantBook["report"]>) => number): void => {
    new Gauge({
      name,
      help,
      labelNames: ["tenant_id"],
      registers: [registry],
      collect() {
        this.reset();
        for (const id of book.ids) this.set({ tenant_id: id.toUpperCase() }, read(book.report(id)));
      },
    });
  };
  for (const [key, help] of Object.entries(HELP)) {
    gauge(`shrink_${key}`, help, ({ figures }) => figures[key as keyof TenantFigures]);
  }
  gauge("shrink_operators", "Operators of a tenant that were seen in the last 15 minutes", (r) => r.operators.size);
  gauge("shrink_observations", "Observations that a tenant's figures rest on", (r) => r.observations);
}
