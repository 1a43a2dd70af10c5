import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadModel } from "../../infra/model/load.ts";
import { dbeRows } from "../bench/dbe/report.ts";
import { median } from "../bench/measure.ts";
import { pool } from "../bench/pool.ts";
import { deployRows } from "../bench/report.ts";
import { manifestWith } from "../bench/tenants-manifest.ts";
import { onNode, type Workload } from "../bench/workload.ts";

const workload: Workload = { nodes: ["a", "b", "c"], containers: 30, revision: "1", extraTenant: false, image: "i" };
const all = (of: Workload) => of.nodes.flatMap((node) => onNode(of, node));

describe("the benchmark's workload", () => {
  it("spreads containers evenly, with names of their own", () => {
    expect(workload.nodes.map((node) => onNode(workload, node).length)).toEqual([10, 10, 10]);
    expect(new Set(all(workload).map(({ plan }) => plan.name)).size).toBe(30);
  });

  it("changes the variable of a third of them, and nothing else", () => {
    const [before, after] = [all(workload), all({ ...workload, revision: "2" })];
    const changed = after.filter(({ plan }, i) => JSON.stringify(plan) !== JSON.stringify(before[i]?.plan));
    expect(changed).toHaveLength(10);
    expect(new Set(changed.map(({ plan }) => plan.service)).size).toBe(1);
  });

  it("adds three containers on the first node for one more tenant, and leaves the others alone", () => {
    const grown = all({ ...workload, extraTenant: true });
    expect(grown).toHaveLength(33);
    const names = new Set(all(workload).map(({ plan }) => plan.name));
    expect(grown.filter(({ plan }) => !names.has(plan.name)).map(({ plan }) => plan.node)).toEqual(["a", "a", "a"]);
  });
});

describe("the benchmark's figures", () => {
  it("takes the median", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeUndefined();
  });

  it("compares medians of the same step", () => {
    const sample = (side: string, seconds: number) => ({ side, step: "up from nothing", seconds, load: 1 });
    const rows = deployRows([
      sample("ours", 6),
      sample("ours", 8),
      sample("ours", 90),
      sample("compose", 4),
      sample("limit", 2),
    ]);
    expect(rows[0]).toMatchObject({ ours: 8, compose: 4, limit: 2, oursToCompose: 2, oursToLimit: 4 });
    expect(rows[1]?.oursToCompose).toBeUndefined();
  });

  it("compares DBE with plain paths of the same size", () => {
    const sample = (side: "tcp" | "tls" | "dbe over tls", p50: number, p99: number, rate: number) => {
      return { round: 0, side, size: 1024, p50, p99, rate, processor: 1, load: 1 };
    };
    const rows = dbeRows({
      samples: [
        ...[sample("tcp", 20, 100, 50), sample("tls", 40, 200, 40)],
        ...[
          sample("dbe over tls", 60, 900, 10),
          sample("dbe over tls", 60, 300, 10),
          sample("dbe over tls", 60, 800, 10),
        ],
      ],
    });
    expect(rows.find((row) => row.size === 1024 && row.side === "dbe over tls")).toMatchObject({
      ...{ p50: 60, p99: 800, bestP99: 300, p50ToTcp: 3, p50ToTls: 1.5, rateToTcp: 0.2 },
      addedToTcp: { p50: 40, p99: 700, bestP99: 200 },
      addedToTls: { p50: 20, p99: 600, bestP99: 100 },
    });
  });

  it("keeps the order of results whatever ends first", async () => {
    const slowFirst = (n: number) => new Promise<number>((resolve) => setTimeout(() => resolve(n), 10 - n));
    expect(await pool(3, [1, 2, 3, 4, 5], slowFirst)).toEqual([1, 2, 3, 4, 5]);
  });
});

describe("the benchmark's manifests", () => {
  it("are the project's with a hundred tenants, and valid", () => {
    const folder = mkdtempSync(join(tmpdir(), "dsmil-bench-"));
    try {
      const file = join(folder, "manifest.yaml");
      writeFileSync(file, manifestWith(readFileSync("manifest.yaml", "utf8"), 100));
      expect(loadModel(file).tenants).toHaveLength(100);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
