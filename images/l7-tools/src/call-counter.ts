import { Counter, type Registry } from "prom-client";

/** `dsmil_tool_calls_total`. Labels are bounded: tools and outcomes are closed lists. */
export function callCounter(registry: Registry): Counter<"tool" | "outcome"> {
  return new Counter({
    name: "dsmil_tool_calls_total",
    help: "Calls of tools by tool and outcome",
    labelNames: ["tool", "outcome"],
    registers: [registry],
  });
}
