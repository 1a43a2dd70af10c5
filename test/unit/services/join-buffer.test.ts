import { describe, expect, it } from "vitest";
import { JoinBuffer } from "../../../images/l8-analytics/src/join-buffer.ts";
import type { DsmilEvent } from "../../../images/runtime/event.ts";

const l3 = { score: 0.5, decision: "REVIEW", rules: [] } as const;
const l4 = { class: "RECON", confidence: 0.5, evidence: [], alternatives: [] };
const base = (id: string): DsmilEvent => ({
  event_id: id,
  tenant_id: "ALPHA",
  ts: "2026-01-01T00:00:00.000Z",
  source_device: 18,
  source_layer: 3,
  category: "AUTH",
  severity: "LOW",
  payload: {},
});
const fromL3 = (id: string): DsmilEvent => ({ ...base(id), l3 });
const fromL4 = (id: string): DsmilEvent => ({ ...base(id), severity: "HIGH", l3, l4 });
const entry = (key: string, id: string, deliveries = 1) => ({ key, id, event: "x".repeat(10), deliveries });

describe("the join of Layer 3 and Layer 4", () => {
  it("joins both parts, whichever order, with both entries to acknowledge", () => {
    const join = new JoinBuffer(1000);
    expect(join.offer(entry("L3", "1-0"), fromL3("a"), 0)).toBe(true);
    expect(join.take(10, 10)).toEqual([]);
    join.offer(entry("L4", "1-0"), fromL4("a"), 20);
    const [joined] = join.take(10, 20);
    expect(joined).toMatchObject({ complete: true, redelivered: false, event: { severity: "HIGH", l3, l4 } });
    expect(joined?.refs).toEqual([
      { key: "L3", id: "1-0" },
      { key: "L4", id: "1-0" },
    ]);
    expect(join.heldSize).toBe(0);
  });

  it("needs no Layer 3 part once Layer 4's, which holds it, has come", () => {
    const join = new JoinBuffer(1000);
    join.offer(entry("L4", "1-0"), fromL4("a"), 0);
    expect(join.offer(entry("L3", "1-0"), fromL3("a"), 1)).toBe(false);
    expect(join.take(10, 1)).toHaveLength(1);
  });

  it("gives up waiting after the window, not before, and takes the late part as complete", () => {
    const join = new JoinBuffer(1000);
    join.offer(entry("L3", "1-0"), fromL3("a"), 0);
    expect(join.take(10, 999)).toEqual([]);
    expect(join.take(10, 1000)).toMatchObject([{ complete: false, event: { l3 } }]);
    join.offer(entry("L4", "1-0"), fromL4("a"), 5000);
    expect(join.take(10, 5000)).toMatchObject([{ complete: true }]);
  });

  it("waits for nobody while Layer 4 is silent, and again once it speaks", () => {
    const join = new JoinBuffer(1000);
    join.offer(entry("L3", "1-0"), fromL3("a"), 0);
    join.take(10, 1000);
    expect(join.missingL4).toBe(true);
    join.offer(entry("L3", "2-0"), fromL3("b"), 1001);
    expect(join.take(10, 1001)).toMatchObject([{ complete: false }]);
    join.offer(entry("L4", "1-0"), fromL4("a"), 1100);
    expect(join.missingL4).toBe(false);
    join.take(10, 1100);
    join.offer(entry("L3", "3-0"), fromL3("c"), 1101);
    expect(join.take(10, 1102)).toEqual([]);
  });

  it("does not call Layer 4 silent while it answers others", () => {
    const join = new JoinBuffer(1000);
    join.offer(entry("L3", "1-0"), fromL3("lost"), 0);
    join.offer(entry("L4", "2-0"), fromL4("b"), 900);
    expect(join.take(10, 1000)).toHaveLength(2);
    expect(join.missingL4).toBe(false);
  });

  it("remembers that a part was delivered before", () => {
    const join = new JoinBuffer(1000);
    join.offer(entry("L3", "1-0", 2), fromL3("a"), 0);
    join.offer(entry("L4", "1-0"), fromL4("a"), 0);
    expect(join.take(1, 0)).toMatchObject([{ redelivered: true }]);
  });

  it("keeps all entries of an event that comes twice", () => {
    const join = new JoinBuffer(1000);
    join.offer(entry("L3", "1-0"), fromL3("a"), 0);
    join.offer(entry("L3", "2-0"), fromL3("a"), 0);
    join.offer(entry("L4", "1-0"), fromL4("a"), 0);
    expect(join.take(10, 0)[0]?.refs).toHaveLength(3);
  });

  it("takes no more than asked for, and a bounded size at once", () => {
    const join = new JoinBuffer(1000);
    for (let i = 0; i < 5; i++)
      join.offer({ ...entry("L4", `${i}-0`), event: "x".repeat(600_000) }, fromL4(`e${i}`), 0);
    expect(join.take(1, 0)).toHaveLength(1);
    expect(join.take(10, 0)).toHaveLength(2);
    expect(join.heldSize).toBe(1_200_000);
  });
});
