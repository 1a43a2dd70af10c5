import { mkdtempSync, rmSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { FusedEvent } from "../../../images/l8-analytics/src/fuse.ts";
import { HotPath } from "../../../images/l8-analytics/src/hotpath/hotpath.ts";

let dir: string;
let hotPath: HotPath;
beforeEach(() => {
  dir = mkdtempSync("/tmp/dsmil-hotpath-");
  hotPath = new HotPath({ dir, tenant: "ALPHA", maxBytes: 1024 * 1024, hotSeconds: 60, socSeconds: 600 });
});
afterEach(() => {
  hotPath.close();
  rmSync(dir, { recursive: true });
});

const event = (event_id: string): FusedEvent => ({
  event_id,
  tenant_id: "ALPHA",
  ts: "2026-01-01T00:00:00.000Z",
  source_device: 52,
  source_layer: 8,
  category: "AUTH",
  severity: "LOW",
  payload: { source: "s", fields: { message: "x".repeat(400) } },
  l3: { score: 0.1, decision: "PASS", rules: [] },
  l8: { device: 52, severity_before: "LOW", severity: "LOW", escalations: [], complete: false },
});
const count = (table: string): number => {
  const db = new DatabaseSync(`${dir}/hotpath.db`, { readOnly: true });
  const row = db.prepare(`select count(*) as n from ${table}`).get();
  db.close();
  return Number(row?.n);
};
const put = (ids: readonly string[], completed: readonly string[] = []): void =>
  hotPath.putEvents(
    [...ids, ...completed].map(event),
    { inserted: new Set(ids), completed: new Set(completed) },
    { l3: 18, l4: 25 },
  );

it("drops the oldest when it is full, and stays within its size", () => {
  for (let batch = 0; batch < 40; batch++) put(Array.from({ length: 100 }, (_, i) => `event-${batch}-${i}`));
  expect(statSync(`${dir}/hotpath.db`).size).toBeLessThanOrEqual(1024 * 1024);
  expect(count("soc_events_cache")).toBeGreaterThan(200);
  expect(count("soc_events_cache")).toBeLessThan(4000);
});

it("keeps the hot tables for their time and the verdicts for theirs", () => {
  put(["a", "b"]);
  expect(hotPath.expire(Date.now() + 120_000)).toBe(4);
  expect([count("raw_events_fast"), count("model_outputs_fast"), count("soc_events_cache")]).toEqual([0, 0, 2]);
  expect(hotPath.expire(Date.now() + 700_000)).toBe(2);
});

it("does not repeat what it has of an event that is completed later", () => {
  put(["a"]);
  put([], ["a"]);
  expect([count("raw_events_fast"), count("soc_events_cache")]).toEqual([1, 1]);
});
