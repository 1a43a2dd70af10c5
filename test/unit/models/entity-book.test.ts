import { describe, expect, it } from "vitest";
import { EntityBook, MAX_ALL_TRACES, MAX_ENTITIES, MAX_TRACES } from "../../../images/l6-risk/src/entity-book.ts";
import { attribute } from "../../../images/l6-risk/src/trace-of.ts";
import type { DsmilEvent } from "../../../images/runtime/event.ts";

const event = (source: string, target: string): DsmilEvent => ({
  event_id: "00000000-0000-4000-8000-000000000000",
  tenant_id: "ALPHA",
  ts: "2026-11-21T00:00:00Z",
  source_device: 25,
  source_layer: 4,
  category: "IDS",
  severity: "INFO",
  payload: { fields: { src_ip: source, dest_ip: target } },
  l4: { class: "RECON", confidence: 0.9, evidence: [], alternatives: [] },
});
const seen = (source: string, at: number, target = "10.0.0.1") => {
  const found = attribute(event(source, target), at);
  if (!found) throw new Error("attributed to nobody");
  return found;
};

describe("what is remembered of entities", () => {
  it("stays bounded whatever comes: the latest of each, and who was quiet for longest goes", () => {
    const book = new EntityBook();
    for (let round = 0; round < MAX_TRACES + 20; round++) {
      for (let source = 0; source < 1000; source++) book.add(seen(`198.51.100.${source}`, 1000 + round));
    }
    expect(book.traces).toBeLessThanOrEqual(MAX_ALL_TRACES);
    expect(book.traces).toBeGreaterThan(MAX_ALL_TRACES - MAX_TRACES);
    for (let source = 0; source < MAX_ENTITIES + 100; source++) book.add(seen(`192.0.2.${source}`, 2000));
    expect(book.size).toBe(MAX_ENTITIES);
    const names = book.current(2000, 0).map(({ name }) => name);
    expect(names.at(-1)).toBe(`ip:192.0.2.${MAX_ENTITIES + 99}`);
    expect(names.some((name) => name.startsWith("ip:198."))).toBe(false);
    expect(book.traces).toBe(MAX_ENTITIES);
  });

  it("is forgotten after an hour, and counted so", () => {
    const book = new EntityBook();
    for (let at = 0; at < 300; at++) book.add(seen("192.0.2.1", at));
    expect([book.size, book.traces]).toEqual([1, MAX_TRACES]);
    expect(book.current(3_600_000 + 300, 0)).toEqual([]);
    expect([book.size, book.traces]).toEqual([0, 0]);
  });

  it("has names of bounded length", () => {
    const { entity, trace } = seen("x".repeat(60_000), 0, "y".repeat(60_000));
    expect([entity.length, trace.target.length]).toEqual([80, 80]);
  });
});
