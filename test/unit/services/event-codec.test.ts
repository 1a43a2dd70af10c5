import { describe, expect, it } from "vitest";
import { decodeEvent, encodeEvent } from "../../../images/runtime/event-codec.ts";
import { rejectEvent } from "../../../images/runtime/reject.ts";
import { safeJson } from "../../../images/runtime/safe-json.ts";
import { toUtc } from "../../../images/runtime/timestamp.ts";

const event = {
  event_id: "0b9fdcf2-9f3f-8abc-8def-000000000001",
  tenant_id: "ALPHA",
  ts: "2026-01-01T00:00:00Z",
  source_device: 18,
  source_layer: 3,
  category: "AUTH",
  severity: "LOW",
  payload: { line: "x" },
} as const;
const decode = (changes: Record<string, unknown>) => decodeEvent(JSON.stringify({ ...event, ...changes }), "ALPHA");

describe("the event on a stream", () => {
  it("survives the way there and back", () => {
    const l3 = { score: 0.5, decision: "REVIEW", rules: ["a"] } as const;
    expect(decodeEvent(encodeEvent({ ...event, l3 }), "ALPHA")).toEqual({ ok: true, value: { ...event, l3 } });
  });

  it.each([
    [{ event_id: "1" }, "event_invalid"],
    [{ event_id: undefined }, "event_invalid"],
    [{ ts: "2026-02-30T00:00:00Z" }, "event_invalid"],
    [{ source_device: -1 }, "event_invalid"],
    [{ category: "low" }, "event_invalid"],
    [{ severity: "URGENT" }, "event_invalid"],
    [{ payload: [] }, "event_invalid"],
    [{ extra: 1 }, "event_invalid"],
    [{ l3: { score: 2, decision: "PASS", rules: [] } }, "event_invalid"],
    [{ l4: null }, "event_invalid"],
    [{ tenant_id: "BRAVO" }, "tenant_mismatch"],
    [{ payload: { line: "x".repeat(300_000) } }, "event_too_large"],
  ])("refuses %j as %s", (changes, reason) => {
    expect(decode(changes)).toMatchObject({ ok: false, reason });
  });

  it.each([
    [undefined, "event_invalid"],
    ["", "event_not_json"],
    ["[]", "event_not_json"],
    ['{"a":', "event_not_json"],
  ])("refuses the text %j as %s", (text, reason) =>
    expect(decodeEvent(text, "ALPHA")).toMatchObject({ ok: false, reason }),
  );

  it("takes `__proto__` for what it is, an unknown key", () => {
    const text = JSON.stringify(event).replace("{", '{"__proto__":{"tenant_id":"ALPHA"},');
    expect(decodeEvent(text, "ALPHA")).toMatchObject({ ok: false, reason: "event_invalid" });
  });
});

describe("JSON that every store takes", () => {
  it.each([
    ["a\0b", '"a\ufffdb"'],
    ["\ud800", '"\ufffd"'],
    ["\udc00x", '"\ufffdx"'],
    ["😀", '"😀"'],
    ["\\u0000", '"\\\\u0000"'],
    ["\\\0", '"\\\\\ufffd"'],
    ['é\n"', '"é\\n\\""'],
  ])("writes %j as %s", (value, text) => {
    expect(safeJson(value)).toBe(text);
    JSON.parse(safeJson(value));
  });
});

describe("times", () => {
  it.each([
    ["2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.678Z"],
    ["2025-11-23T12:34:56.123456+0000", "2025-11-23T12:34:56.123Z"],
    ["2025-11-23t12:34:56-05:30", "2025-11-23T18:04:56.000Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
    ["2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000Z"],
    ["2023-02-29T00:00:00.000Z", undefined],
    ["2026-13-01T00:00:00.000Z", undefined],
    ["2026-01-01T24:00:00.000Z", undefined],
    ["0000-01-01T00:00:00.000Z", undefined],
    ["9999-12-31T23:59:59-10:00", undefined],
    ["2026-01-01", undefined],
  ])("reads %s as %s", (text, utc) => expect(toUtc(text)).toBe(utc));
});

describe("a reject", () => {
  const refusal = {
    reason: "line_empty",
    detail: "d",
    line: "x".repeat(20_000),
    source: "s",
    receivedAt: event.ts,
    entry: "K/1-0",
  } as const;
  const self = { tenant: "ALPHA", device: 18, layer: 3 };

  it("has an id that depends on the entry, or is the event's", () => {
    const [one, again, other] = ["K/1-0", "K/1-0", "K/2-0"].map(
      (entry) => rejectEvent({ ...refusal, entry }, self).event_id,
    );
    expect(one).toBe(again);
    expect(one).not.toBe(other);
    expect(rejectEvent({ ...refusal, eventId: event.event_id }, self).event_id).toBe(event.event_id);
    expect(decodeEvent(encodeEvent(rejectEvent(refusal, self)), "ALPHA").ok).toBe(true);
  });

  it("keeps the beginning of a long line and says how long it was", () => {
    const { payload } = rejectEvent(refusal, self);
    expect([String(payload.line).length, payload.line_length]).toEqual([16_384, 20_000]);
  });
});
