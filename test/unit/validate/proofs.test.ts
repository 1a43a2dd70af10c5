import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { latestDrill } from "../../../infra/cli/validate/proofs.ts";
import type { Model } from "../../../infra/model/types.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "dsmil-proofs-"));
  mkdirSync(join(root, ".dsmil/reports"), { recursive: true });
});
afterAll(() => rmSync(root, { recursive: true }));

const model = {
  fleet: { name: "lab" },
  nodes: [{ id: "node-a" }, { id: "node-b" }],
  tenants: [{ id: "alpha" }, { id: "bravo" }, { id: "charlie" }],
} as unknown as Model;
const report = {
  ...{ fleet: "lab", nodes: ["node-b", "node-a"], tenants: ["alpha", "bravo"], startedAt: "2026-11-30T10:00:00Z" },
  ...{ passed: true, results: [1, 2, 3, 4, 5, 6].map((number) => ({ number })) },
};
const told = (change: object) => {
  writeFileSync(join(root, ".dsmil/reports/drill-1.json"), JSON.stringify({ ...report, ...change }));
  const { count, current } = latestDrill(root, model);
  return [count, current];
};

describe("the newest report of the drills", () => {
  it("counts where it is of this fleet, its nodes and two of its tenants", () => {
    expect(told({})).toEqual([6, true]);
    expect(told({ fleet: "other" })).toEqual([6, false]);
    expect(told({ nodes: ["node-a"] })).toEqual([6, false]);
    expect(told({ tenants: ["alpha", "gone"] })).toEqual([6, false]);
    expect(told({ tenants: [] })).toEqual([6, false]);
    expect(told({ results: Array(6).fill({ number: 1 }) })).toEqual([1, true]);
  });
});
