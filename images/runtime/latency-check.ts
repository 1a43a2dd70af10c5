import type { Check } from "./health.ts";
import type { LatencyWindow } from "./latency-window.ts";

/**
 * `latency_p99_ms` in /health. A warning while most batches of the last minute took longer than the layer's objective:
 * a batch is up to 128 events, and a single slow one says little about a shared machine.
 */
export function latencyCheck(window: LatencyWindow, objectiveMs: number): Check {
  return {
    name: "latency_p99_ms",
    weight: "warning",
    read: () => {
      return { value: Math.round(window.quantile(0.99)), ok: window.quantile(0.5) <= objectiveMs };
    },
  };
}
