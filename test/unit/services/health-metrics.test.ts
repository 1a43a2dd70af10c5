import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { Health } from "../../../images/runtime/health.ts";
import { addHealthMetrics } from "../../../images/runtime/health-metrics.ts";

const identity = { service: "l8-soar", node: "node-a", layer: 8, device: 58, tenant: "ALPHA" } as const;

describe("health as figures", () => {
  it("says what /health says, and which check is not good, at each look", async () => {
    const registry = new Registry();
    const health = new Health(identity as never);
    let ok = true;
    health.add({ name: "emergency_stop", weight: "warning", read: () => ({ value: "x", ok }) });
    addHealthMetrics(registry, health);
    const lines = async () => (await registry.metrics()).split("\n").filter((line) => line.startsWith("dsmil_health_"));
    expect(await lines()).toEqual([
      'dsmil_health_status{status="healthy"} 1',
      'dsmil_health_status{status="degraded"} 0',
      'dsmil_health_status{status="unhealthy"} 0',
      'dsmil_health_check{check="memory_usage_percent"} 1',
      'dsmil_health_check{check="emergency_stop"} 1',
    ]);
    ok = false;
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'dsmil_health_status{status="degraded"} 1',
        'dsmil_health_check{check="emergency_stop"} 0',
      ]),
    );
    health.drain();
    expect(await lines()).toContain('dsmil_health_status{status="unhealthy"} 1');
  });
});
