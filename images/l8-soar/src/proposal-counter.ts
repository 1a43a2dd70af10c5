import { Counter, type Registry } from "prom-client";

/** `dsmil_proposals_total`. Labels are bounded: actions and results are closed lists. */
export function proposalCounter(registry: Registry): Counter<"tenant_id" | "device_id" | "action" | "result"> {
  return new Counter({
    name: "dsmil_proposals_total",
    help: "Actions that would fit an event, by what became of them",
    labelNames: ["tenant_id", "device_id", "action", "result"],
    registers: [registry],
  });
}
