import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DecisionFacts, DecisionLog } from "../../../images/runtime/policy/decision-log.ts";
import { DecisionPoint } from "../../../images/runtime/policy/decision-point.ts";
import { chainDecision, DECISION_GENESIS } from "../../../images/runtime/policy/decision-record.ts";
import type { Policy } from "../../../images/runtime/policy/policy.ts";
import { openPolicy, readPolicyFiles } from "../../../images/runtime/policy/policy-files.ts";
import { BUILD_MS, PolicyRig, rules } from "./rig.ts";

let rig: PolicyRig;
let policy: Policy;
beforeAll(async () => {
  rig = new PolicyRig(await rules());
  const files = await readPolicyFiles(rig.lay("alpha", 3));
  policy = await openPolicy(files, { tenant: "alpha", root: rig.root.publicKey, rules: rig.cache() }, () => {});
}, BUILD_MS);
afterAll(() => rig?.remove());

function point(log?: DecisionLog) {
  const kept: DecisionFacts[] = [];
  const memory: DecisionLog = { append: async (facts) => void kept.push(facts) };
  const policyOf = (tenant: string) => (tenant === policy.tenant ? policy : undefined);
  return { kept, at: new DecisionPoint({ policyOf, log: log ?? memory, device: 58, now: () => 1_800_000_000_000 }) };
}

describe("a decision point", () => {
  it("keeps a record of what it allows and refuses, fit for a chain", async () => {
    const { kept, at } = point();
    const yes = { decision: "allow_action", tenant: "ALPHA", action: "ISOLATE_HOST" } as const;
    expect((await at.decide(yes, "event-1")).allow).toBe(true);
    expect((await at.decide({ ...yes, action: "BLOCK_IP" }, "a\0\ud800".repeat(99))).allow).toBe(false);
    expect((await at.decide({ ...yes, action: "x".repeat(999) })).reasons).toEqual(["input_malformed"]);
    expect((await at.decide({ ...yes, tenant: "BRAVO" })).reasons).toEqual(["no_policy"]);
    expect(kept.map(({ allow }) => allow)).toEqual([true, false, false, false]);
    expect(kept[0]).toMatchObject({
      ts: "2027-01-15T08:00:00.000Z",
      tenant: "ALPHA",
      device: 58,
      decision: "allow_action",
      request: '{"tenant":"ALPHA","action":"ISOLATE_HOST"}',
      reasons: ["action_listed"],
      policyVersion: 3,
      about: "event-1",
    });
    expect(kept[2]).toMatchObject({ request: null, policyVersion: 3 });
    expect(kept[3]).toMatchObject({ policyVersion: null, policyBundle: null });
    let prev = DECISION_GENESIS;
    for (const [i, facts] of kept.entries()) {
      const { hash } = chainDecision(prev, { ...facts, writer: "dsmil-l8-soar-alpha", seq: i + 1 });
      prev = hash;
    }
    expect(prev).toHaveLength(32);
  });

  it("does not tell the log where a tenant listens", async () => {
    const { kept, at } = point();
    const answer = await at.decide({ decision: "notify", tenant: "ALPHA" });
    expect(answer.channels).toHaveLength(1);
    expect(JSON.stringify(kept)).not.toContain("soc@example.org");
  });

  it("refuses what it cannot keep a record of", async () => {
    const { at } = point({ append: () => Promise.reject(new Error("full")) });
    const answer = await at.decide({ decision: "allow_tool", tenant: "ALPHA", tool: "whois" });
    expect(answer).toMatchObject({ allow: false, reasons: ["not_recorded"], channels: [] });
  });

  it("refuses a tenant that is none, without a record", async () => {
    const { kept, at } = point();
    for (const tenant of ["", "alpha", "ALPHA\n", "../ALPHA"]) {
      expect((await at.decide({ decision: "notify", tenant })).reasons).toEqual(["input_malformed"]);
    }
    expect(kept).toEqual([]);
  });
});
