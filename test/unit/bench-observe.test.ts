import { describe, expect, it } from "vitest";
import { readCpu } from "../bench/observe/container-cpu.ts";
import type { ObserveRun } from "../bench/observe/observe.ts";
import { observeCost, observeTable } from "../bench/observe/report.ts";

const run = (side: "on" | "off", eventsPerSecond: number, servicesMs = 2): ObserveRun => ({
  ...{ side, eventsPerSecond, servicesMs, watchingCores: side === "on" ? 0.1 : 0, load: 3 },
});

describe("the cost of watching", () => {
  it("is read from what an agent tells of its containers", () => {
    const text = [
      "# TYPE dsmil_container_cpu_seconds_total counter",
      'dsmil_container_cpu_seconds_total{container="dsmil-redis",service="redis",node="node-c"} 12.5',
      'dsmil_container_cpu_seconds_total{node="node-c",container="dsmil-postgres"} 1e-3',
      'dsmil_container_memory_bytes{container="dsmil-redis"} 77',
    ].join("\n");
    expect(readCpu(text)).toEqual([
      ["dsmil-redis", 12.5],
      ["dsmil-postgres", 0.001],
    ]);
  });

  it("is the median of pairs, so that what drifts between them does not count", () => {
    const runs = [run("on", 950), run("off", 1000), run("off", 500), run("on", 480), run("on", 1900), run("off", 2000)];
    const memory = [{ node: "node-a", name: "dsmil-prometheus", mib: 90 }];
    expect(observeCost({ runs, memory }).ratio).toBeCloseTo(0.95);
    const table = observeTable({ runs, memory, problems: [] });
    expect(table).toContain("ratio by pairs 0.950 (goal: above 0.95)");
    expect(table).toContain("0.10 cores and 90 MiB in 1 containers");
  });
});
