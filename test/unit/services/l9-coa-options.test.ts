import { beforeEach, describe, expect, it } from "vitest";
import { targetsOf } from "../../../images/l9-coa/src/evidence.ts";
import { chooseOptions } from "../../../images/l9-coa/src/options.ts";
import { scoreCourses } from "../../../images/l9-coa/src/score.ts";
import type { PolicyRequest } from "../../../images/runtime/policy/decision.ts";
import { DecisionPoint } from "../../../images/runtime/policy/decision-point.ts";
import type { Policy } from "../../../images/runtime/policy/policy.ts";
import { NothingPermitted, Permissions } from "../../../images/runtime/soc/permissions.ts";
import { event, of, uuid } from "./support/judged-events.ts";

describe("options", () => {
  const asked: PolicyRequest[] = [];
  const permissionsOf = (allowed: readonly string[], level = "SOC_ASSIST") => {
    const decide = (request: PolicyRequest) => {
      asked.push(request);
      const within = request.decision !== "allow_roe" || [level, "ANALYSIS_ONLY"].includes(request.roe_level);
      const allow = within && (request.decision !== "allow_action" || allowed.includes(request.action));
      const reason = within ? "action_not_listed" : "roe_level_exceeded";
      const policy = { version: 7, bundle: "b" };
      return { decision: request.decision, allow, reasons: [allow ? "action_listed" : reason], channels: [], policy };
    };
    const log = { append: async () => undefined };
    const point = new DecisionPoint({ policyOf: () => ({ decide }) as unknown as Policy, log, device: 59 });
    return new Permissions(point, "ALPHA", "about");
  };
  const choose = async (allowed: readonly string[], events = [event(1)], level = "SOC_ASSIST") => {
    const [situation, targets] = [of(...events), targetsOf(events)];
    const grounds = { situation, targets, events, permissions: permissionsOf(allowed, level) };
    return chooseOptions(scoreCourses(situation, targets, "balanced"), grounds);
  };
  beforeEach(() => void asked.splice(0));

  it("are three, ranked, with evidence, targets and figures that were counted", async () => {
    const options = await choose(["BLOCK_IP", "DISABLE_ACCOUNT", "ALERT_ONLY"]);
    expect(options.map(({ rank, id, permitted }) => [rank, id, permitted])).toEqual([
      [1, "block_source", true],
      [2, "disable_account", true],
      [3, "alert", true],
    ]);
    expect(options[0]).toMatchObject({
      expected_effect: "Traffic with 203.0.113.7 ends at the tenant's border.",
      rationale:
        "1 event, gravest MEDIUM; Layer 4 says BRUTE_FORCE (confidence 0.8); threat 0.636; fit 0.8, disruption 0.2, reversibility 1: score 0.733",
      risk: { level: "LOW" },
      reversibility: { level: "FULL" },
      evidence: [uuid(1)],
      actions: [{ action: "BLOCK_IP", target: { type: "ip", value: "203.0.113.7" }, permitted: true }],
    });
    expect(options[2]?.actions).toEqual([
      { action: "ALERT_ONLY", target: null, permitted: true, reasons: ["action_listed"] },
    ]);
  });

  it("that the policy refuses stand last, with its reasons", async () => {
    const options = await choose(["ALERT_ONLY"]);
    expect(options.map(({ id, permitted, reasons }) => [id, permitted, reasons])).toEqual([
      ["alert", true, []],
      ["block_source", false, ["action_not_listed"]],
      ["disable_account", false, ["action_not_listed"]],
    ]);
  });

  it("need a level of engagement, and are refused beyond the tenant's", async () => {
    const options = await choose(["BLOCK_IP", "ALERT_ONLY"], [event(1)], "ANALYSIS_ONLY");
    expect(
      options.map(({ id, roe, permitted, reasons }) => [id, roe.level, roe.permitted, permitted, reasons]),
    ).toEqual([
      ["alert", "ANALYSIS_ONLY", true, true, []],
      ["block_source", "SOC_ASSIST", false, false, ["roe_level_exceeded"]],
      ["disable_account", "SOC_ASSIST", false, false, ["action_not_listed", "roe_level_exceeded"]],
    ]);
  });

  it("have one that is allowed, whatever the policy refuses", async () => {
    const options = await choose([]);
    expect(options.map(({ id, permitted }) => [id, permitted])).toEqual([
      ["hunt", true],
      ["block_source", false],
      ["disable_account", false],
    ]);
  });

  it("ask for each action once", async () => {
    const fields = { src_ip: "10.0.0.5", user: "root" };
    await choose([], [event(1, { class: "PRIVILEGE_ESCALATION", severity: "CRITICAL", confidence: 1, fields })]);
    expect(new Set(asked.map((request) => JSON.stringify(request))).size).toBe(asked.length);
    expect(asked.length).toBeGreaterThan(3);
  });

  it("put what events say into a text as it is", async () => {
    const [option] = await choose(["BLOCK_DOMAIN"], [event(1, { fields: { domain: "$&{domain}" } })]);
    expect(option?.expected_effect).toBe("$&{domain} no longer resolves for the tenant's hosts.");
  });

  it("are none without a policy, or a record", async () => {
    const log = { append: async () => undefined };
    const none = new Permissions(new DecisionPoint({ policyOf: () => undefined, log, device: 59 }), "ALPHA", "x");
    await expect(none.open()).rejects.toMatchObject({ reasons: ["no_policy"] });
    await expect(none.action("ALERT_ONLY")).rejects.toThrow(NothingPermitted);
    const lost = {
      append: () => Promise.reject(new Error("away")),
    };
    const point = new DecisionPoint({ policyOf: () => undefined, log: lost, device: 59 });
    await expect(new Permissions(point, "ALPHA", "x").open()).rejects.toMatchObject({
      reasons: ["not_recorded"],
    });
  });
});
