import { describe, expect, it } from "vitest";
import { discrepancyOf } from "../../../images/l8-advml/src/discrepancy/compare.ts";
import { readVerdict } from "../../../images/l8-advml/src/discrepancy/verdict.ts";
import { findingEvent, findingId } from "../../../images/l8-advml/src/finding.ts";
import { decodeEvent, encodeEvent } from "../../../images/runtime/event-codec.ts";

const ID = "00000000-0000-4000-8000-000000000001";
const flags = (score: number, confidence: number, name?: string) =>
  discrepancyOf({ eventId: ID, l3: { score }, l4: { confidence, ...(name && { class: name }) } }, "x");

describe("a discrepancy between layers", () => {
  it.each([
    [0.95, 0.15, undefined, 0.15],
    [0.95, 0.15, "RECON", 0.15],
    [0.1, 0.9, "EXPLOIT", 0.9],
    [0.95, 0.95, "BENIGN", 0.05],
    [0.801, 0.3, "POLICY", 0.3],
    [0.01, 0.9, "BRUTE_FORCE", 0.9],
    [0.3, 0.9, undefined, 0.9],
    [0.3, 0.9, "constructor", 0.9],
  ])("is found at %d against %d of class %s", (score, confidence, name, l4_threat) => {
    expect(flags(score, confidence, name)).toMatchObject({ about: ID, l3_score: score, l4_threat });
  });

  it.each([
    [0.95, 0.45, "RECON"],
    [0.8, 0.3, "POLICY"],
    [0.02, 0.97, "BENIGN"],
    [0.5, 0, undefined],
    [0.95, 0.1, "BENIGN"],
    [0.42, 1, "BRUTE_FORCE"],
    [0.3, 1, "RECON"],
    [0.05, 1, "POLICY"],
  ])("is not found at %d against %d of class %s", (score, confidence, name) => {
    expect(flags(score, confidence, name)).toBeUndefined();
  });

  it("needs both layers, and names the entry where it names no event", () => {
    expect(discrepancyOf({ eventId: ID, l3: { score: 1 } }, "x")).toBeUndefined();
    expect(discrepancyOf({ l3: { score: 1 }, l4: { confidence: 0 } }, "SOC_EVENTS/1-0")?.about).toBe("SOC_EVENTS/1-0");
  });
});

describe("an entry of SOC_EVENTS", () => {
  const forged = { event_id: ID, tenant_id: "ALPHA", l3: { score: 0.95 }, l4: { confidence: 0.15 } };
  const read = (entry: object) => readVerdict(JSON.stringify(entry), "ALPHA");

  it("that is no event is read where it has a score of each layer, and still called none", () => {
    expect(read(forged)).toMatchObject({ verdict: { eventId: ID }, refused: { reason: "event_invalid" } });
    expect(read({ ...forged, event_id: "test" }).verdict).toEqual({ l3: { score: 0.95 }, l4: { confidence: 0.15 } });
  });

  it.each([
    [{ ...forged, tenant_id: "BRAVO" }],
    [{ ...forged, l3: { score: 2 } }],
    [{ ...forged, l4: [] }],
    [{ ...forged, l4: undefined }],
    [[]],
  ])("is refused: %j", (entry) => {
    expect(read(entry).verdict).toBeUndefined();
    expect(read(entry).refused).toBeDefined();
  });
});

describe("a finding", () => {
  const finding = { flag: "LAYER_DISCREPANCY", about: ID, detail: "d", l3_score: 0.95, l4_threat: 0.15 } as const;
  const self = { tenant: "ALPHA", device: 51, layer: 8 };

  it("is an event that every service reads, with an id that depends on what was found alone", () => {
    const event = findingEvent(finding, self, new Date());
    expect(decodeEvent(encodeEvent(event), "ALPHA")).toMatchObject({ ok: true, value: { category: "ADVML" } });
    expect(event.event_id).toBe(findingEvent({ ...finding, detail: "e" }, self, new Date(0)).event_id);
    expect(event.event_id).not.toBe(findingId("BRAVO", finding));
    expect(event.event_id).not.toBe(findingId("ALPHA", { ...finding, flag: "POSSIBLE_LOG_TAMPER" }));
    expect(event.event_id).not.toBe(findingId("ALPHA", { ...finding, mark: "l3" }));
  });

  it("holds nothing that a finding could be about", () => {
    const { verdict } = readVerdict(encodeEvent(findingEvent(finding, self, new Date())), "ALPHA");
    expect(verdict && discrepancyOf(verdict, "x")).toBeUndefined();
  });

  it.each([
    [{ advml_flags: ["X"] }],
    [{ advml_flags: "X", about: "y" }],
    [{ advml_flags: [1], about: "y" }],
    [{ advml_flags: ["X"], about: "y", l3_score: 2 }],
    [[]],
  ])("is refused by the codec with %j", (l8_enrichment) => {
    const event = { ...findingEvent(finding, self, new Date()), l8_enrichment };
    expect(decodeEvent(JSON.stringify(event), "ALPHA")).toMatchObject({ ok: false, reason: "event_invalid" });
  });
});
