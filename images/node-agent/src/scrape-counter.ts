import { Counter, type Registry } from "prom-client";

/** `dsmil_agent_scrapes_total`, by how it ended: a closed list. */
export function scrapeCounter(registry: Registry): Counter<"result"> {
  return new Counter({
    name: "dsmil_agent_scrapes_total",
    help: "Containers asked for their figures, by how it ended",
    labelNames: ["result"],
    registers: [registry],
  });
}
