import { Counter, type Registry } from "prom-client";

/** `dsmil_advml_log_checked_total`, by log: a closed list. */
export function checkedCounter(registry: Registry): Counter<"log"> {
  return new Counter({
    name: "dsmil_advml_log_checked_total",
    help: "Entries and decisions that were compared or recomputed",
    labelNames: ["log"],
    registers: [registry],
  });
}
