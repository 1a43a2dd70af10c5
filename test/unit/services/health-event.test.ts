import { describe, expect, it } from "vitest";
import { Health } from "../../../images/runtime/health.ts";
import { healthEvent, parseHealthEvent } from "../../../images/runtime/health-event.ts";
import type { Identity } from "../../../images/runtime/identity.ts";

const identity: Identity = {
  ...{ node: "node-b", service: "l7-router", device: 43, layer: 7, tokenIdBase: 0x8081, logLevel: "info", httpPort: 0 },
};
const report = { service: "l7-router", node: "node-b", ...new Health(identity).report() };
const parse = (changes: object) => parseHealthEvent(JSON.stringify({ ...report, ...changes }));

describe("a health report of another service", () => {
  it("is read as it was written", () => {
    const text = healthEvent(identity, new Health(identity).report());
    expect(JSON.stringify(parseHealthEvent(text))).toBe(text);
    expect(parse({ tenant_id: "ALPHA" }).tenant_id).toBe("ALPHA");
  });

  it("loses fields that are not known, and the end of long values", () => {
    expect(parse({ password: "x" })).toEqual(report);
    expect(parse({ checks: { redis: "x".repeat(2000) } }).checks.redis).toBe("x".repeat(512));
    expect(parse({ checks: { redis: "\u0000\ud800" } }).checks.redis).toBe("\ufffd\ufffd");
  });

  it.each<[string, object]>([
    ["another status", { status: "fine" }],
    ["a name that is none", { service: "L7 router" }],
    ["a tenant that is none", { tenant_id: "alpha" }],
    ["a device beyond 103", { device_id: 104 }],
    ["no time", { last_check_timestamp: "yesterday" }],
    ["checks that are no object", { checks: [] }],
    ["an object as a check's value", { checks: { a: {} } }],
    ["a check's name with a space", { checks: { "a b": 1 } }],
    ["65 checks", { checks: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`c${i}`, i])) }],
    ["more than 16 KiB", { checks: { a: "x".repeat(17_000) } }],
  ])("is refused with %s", (_, changes) => expect(() => parse(changes)).toThrow());

  it.each(["", "null", "1", "[]", "{"])("is refused as %j", (text) => expect(() => parseHealthEvent(text)).toThrow());
});
