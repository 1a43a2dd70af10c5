import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeConnections } from "../../infra/access/connection.ts";
import { dsmil, dsmilOk } from "./harness/dsmil.ts";
import { untilHealthy } from "./harness/fleet.ts";

interface Target {
  readonly job: string;
  readonly target: string;
  readonly health: string;
}

/** Prometheus looks for targets and asks them every 15 s. */
const SETTLED_MS = 90_000;

beforeAll(async () => {
  await untilHealthy();
});
afterAll(async () => {
  await closeConnections();
});

async function targets(): Promise<readonly Target[]> {
  const { stdout } = await dsmil("metrics", "targets", "--json");
  return stdout.startsWith("[") ? (JSON.parse(stdout) as Target[]) : [];
}

describe("the fleet's metrics", () => {
  it("have every target up", async () => {
    const deadline = Date.now() + SETTLED_MS;
    let found = await targets();
    while ((found.length === 0 || found.some(({ health }) => health !== "up")) && Date.now() < deadline) {
      await new Promise((done) => setTimeout(done, 3000));
      found = await targets();
    }
    expect(found.filter(({ health }) => health !== "up")).toEqual([]);
    const jobs = new Set(found.map(({ job }) => job));
    for (const job of [
      "services",
      "agents",
      "containers",
      "node",
      "redis",
      "postgres",
      "haproxy",
      "qdrant",
      "prometheus",
    ]) {
      expect(jobs, job).toContain(job);
    }
    await dsmilOk("metrics", "targets");
  });

  it("tell of containers what the kernel counts, each with its tenant", async () => {
    const { stdout } = await dsmilOk("metrics", "query", 'dsmil_container_memory_bytes{tenant="alpha"}', "--json");
    const series = JSON.parse(stdout) as { metric: Record<string, string>; value: string }[];
    expect(series.map(({ metric }) => metric.service)).toEqual(expect.arrayContaining(["l3-router", "l8-analytics"]));
    for (const { metric, value } of series) expect(Number(value), metric.container).toBeGreaterThan(1_000_000);
  });
});
