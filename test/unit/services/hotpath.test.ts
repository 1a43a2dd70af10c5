import { mkdtempSync, rmSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { FusedEvent } from "../../../images/l8-analytics/src/fuse.ts";
import { HotPath } from "../../../images/l8-analytics/src/hotpath/hotpath.ts";
import { type Verdict, verdict } from "../../../images/l8-analytics/src/verdict.ts";

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

const fused = (event_id: string): FusedEvent => ({
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
const event = (event_id: string): Verdict => verdict(fused(event_id));
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

it("finds events by what their lines say of an indicator, in the right field and whatever the letters", () => {
  const about = (event_id: string, severity: FusedEvent["severity"], fields: Record<string, string>) =>
    verdict({
      ...fused(event_id),
      ts: `2026-01-01T00:00:0${event_id.length}.000Z`,
      severity,
      payload: { source: "s", fields },
    });
  const events = [
    about("a", "LOW", { src_ip: "203.0.113.7", user: "Root" }),
    about("bb", "HIGH", { dest_ip: "203.0.113.7" }),
    about("ccc", "CRITICAL", { message: "203.0.113.7" }),
    about("dddd", "CRITICAL", { message: '"203.0.113.7"', src_ip: "203.0.113.70" }),
  ];
  hotPath.putEvents(
    events,
    { inserted: new Set(["a", "bb", "ccc", "dddd"]), completed: new Set() },
    { l3: 18, l4: 25 },
  );
  const ip = { type: "ip", value: "203.0.113.7" } as const;
  expect(hotPath.findIndicator(ip, undefined, 1)).toMatchObject({
    ...{ count: 2, first: "2026-01-01T00:00:01.000Z", last: "2026-01-01T00:00:02.000Z", classes: [] },
    ...{ events: [{ event_id: "bb", severity: "HIGH", category: "AUTH", class: null }] },
  });
  expect([...hotPath.findIndicator(ip, undefined, 1).severities].sort()).toEqual(["HIGH", "LOW"]);
  expect(hotPath.findIndicator(ip, "a", 9).events.map(({ event_id }) => event_id)).toEqual(["bb"]);
  expect(hotPath.findIndicator({ type: "user", value: "root" }, undefined, 9).count).toBe(1);
  expect(hotPath.findIndicator({ type: "user", value: "' or 1=1 --" }, undefined, 9).count).toBe(0);
  expect(hotPath.findEvent("a")).toMatchObject({ event: { ts: "2026-01-01T00:00:01.000Z" }, fields: { user: "Root" } });
  expect(hotPath.findEvent("b")).toBeUndefined();
});
