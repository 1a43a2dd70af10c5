import { describe, expect, it } from "vitest";
import {
  canonicalDecision,
  chainDecision,
  DECISION_GENESIS,
  type DecisionRecord,
  decisionHash,
} from "../../../images/runtime/policy/decision-record.ts";

const record: DecisionRecord = {
  writer: "dsmil-l8-soar-alpha",
  seq: 1,
  ts: "2026-11-21T17:05:09.123Z",
  tenant: "ALPHA",
  device: 58,
  decision: "allow_action",
  request: '{"tenant":"ALPHA","action":"ISOLATE_HOST"}',
  allow: true,
  reasons: ["action_listed"],
  policyVersion: 1,
  policyBundle: "ab".repeat(48),
  about: null,
  micros: 120,
};

describe("a decision record", () => {
  it("is written with its keys in order, whatever their order was", () => {
    const turned = Object.fromEntries(Object.entries(record).reverse()) as unknown as DecisionRecord;
    expect(canonicalDecision(turned)).toEqual(canonicalDecision(record));
    const keys = Object.keys(JSON.parse(canonicalDecision(record).toString()));
    expect(keys).toEqual(Object.keys(record).sort());
  });

  it("has another hash when any field, or the record before, is another", () => {
    const changes: Partial<DecisionRecord>[] = [
      { writer: "b" },
      { seq: 2 },
      { ts: "2026-11-21T17:05:09.124Z" },
      { tenant: "BRAVO" },
      { device: 59 },
      { decision: "allow_tool" },
      { request: null },
      { allow: false },
      { reasons: ["no"] },
      { policyVersion: null },
      { policyBundle: null },
      { about: "x" },
      { micros: 121 },
    ];
    expect(changes.map((change) => Object.keys(change)[0]).sort()).toEqual(Object.keys(record).sort());
    const hashes = [record, ...changes.map((change) => ({ ...record, ...change }))].map((r) =>
      decisionHash(DECISION_GENESIS, r).toString("hex"),
    );
    hashes.push(decisionHash(Buffer.alloc(32, 1), record).toString("hex"));
    expect(new Set(hashes).size).toBe(changes.length + 2);
    expect(chainDecision(DECISION_GENESIS, record)).toMatchObject({ prevHash: DECISION_GENESIS });
  });

  it.each<[keyof DecisionRecord, unknown]>([
    ["writer", "A b"],
    ["seq", 0],
    ["ts", "yesterday"],
    ["tenant", "alpha"],
    ["device", 104],
    ["decision", "allow_all"],
    ["request", "\0"],
    ["allow", "true"],
    ["reasons", []],
    ["reasons", ["Not A Code"]],
    ["policyVersion", 1.5],
    ["policyBundle", "AB"],
    ["about", "x".repeat(200)],
    ["micros", -1],
  ])("is refused when %s is %j", (field, value) => {
    expect(() => chainDecision(DECISION_GENESIS, { ...record, [field]: value })).toThrow(`${field} is not valid`);
  });
});
