import { expect, it } from "vitest";
import type { FusedEvent } from "../../../images/l8-analytics/src/fuse.ts";
import { encodeVerdict, objectJson, verdict } from "../../../images/l8-analytics/src/verdict.ts";
import { encodeEvent } from "../../../images/runtime/event-codec.ts";

const event: FusedEvent = {
  event_id: "5f0c2a54-0000-8000-8000-000000000001",
  tenant_id: "ALPHA",
  ts: "2026-01-01T00:00:00.000Z",
  source_device: 52,
  source_layer: 8,
  category: "AUTH",
  severity: "LOW",
  payload: { source: 's"\\', line: "a\u0000b\ud800c\u2028", fields: { message: "\\u0000", user: "\u0000" } },
  l3: { score: 0.1, decision: "PASS", rules: [] },
  l4: { class: "BENIGN", confidence: 0.9, evidence: [], alternatives: [] },
  l8: { device: 52, severity_before: "LOW", severity: "LOW", escalations: [], complete: true },
};

it("puts together the same text as the codec, from parts written once", () => {
  const { l3: _l3, l4: _l4, ...partial } = event;
  for (const one of [event, partial, { ...event, payload: {} }]) {
    const text = encodeVerdict(verdict(one));
    expect(text).toBe(encodeEvent(one));
    expect(JSON.parse(text)).toEqual(JSON.parse(encodeEvent(one)));
  }
});

it("writes objects as JSON.stringify does, without what is undefined", () => {
  expect(objectJson({}, {})).toBe("{}");
  expect(objectJson({ a: undefined }, {})).toBe("{}");
  expect(objectJson({ 'k"': 1, b: undefined, c: [null] }, {})).toBe('{"k\\"":1,"c":[null]}');
});

it("takes keys that every object has by birth for what they are", () => {
  const strange = JSON.parse('{"toString":1,"constructor":"c","__proto__":{"a":1},"hasOwnProperty":null}') as object;
  for (const payload of [strange, { ...strange, fields: strange }]) {
    const one = { ...event, payload } as FusedEvent;
    const { json } = verdict(one);
    expect(json.payload).toBe(JSON.stringify(payload));
    expect(encodeVerdict(verdict(one))).toBe(encodeEvent(one));
  }
});
