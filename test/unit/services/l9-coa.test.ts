import { beforeEach, describe, expect, it } from "vitest";
import { COURSES } from "../../../images/l9-coa/src/courses.ts";
import { targetsOf } from "../../../images/l9-coa/src/evidence.ts";
import { chooseOptions } from "../../../images/l9-coa/src/options.ts";
import { NothingPermitted, Permissions } from "../../../images/l9-coa/src/permission.ts";
import { scoreCourses, WEIGHTS } from "../../../images/l9-coa/src/score.ts";
import { isThreat, situationOf } from "../../../images/l9-coa/src/situation.ts";
import type { PolicyRequest } from "../../../images/runtime/policy/decision.ts";
import { DecisionPoint } from "../../../images/runtime/policy/decision-point.ts";
import type { Policy } from "../../../images/runtime/policy/policy.ts";
import { SEVERITIES, type Severity } from "../../../images/runtime/severity.ts";
import type { JudgedEvent } from "../../../images/runtime/soc/archive-lookup.ts";
import { OBJECTIVES, parseCoaQuestion } from "../../../images/runtime/soc/coa.ts";

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const event = (n: number, more: Partial<JudgedEvent> = {}): JudgedEvent => ({
  event_id: uuid(n),
  ts: `2026-11-21T12:00:${String(n % 60).padStart(2, "0")}.000Z`,
  severity: "MEDIUM",
  category: "AUTH",
  class: "BRUTE_FORCE",
  confidence: 0.8,
  fields: { src_ip: "203.0.113.7", user: "root", host: "web-1", program: "sshd" },
  ...more,
});
const NONE = { count: 0, first: null, last: null, severities: [] };
const of = (...events: JudgedEvent[]) => situationOf(events, NONE);

describe("a question", () => {
  it("is read as it was asked", () => {
    const indicator = { type: "user", value: "Root" };
    expect(parseCoaQuestion({ event_id: uuid(1).toUpperCase(), indicator, objective: "contain" })).toEqual({
      event_id: uuid(1),
      indicator: { type: "user", value: "root" },
      objective: "contain",
    });
    expect(parseCoaQuestion({ event_id: uuid(1) })).toEqual({ event_id: uuid(1), objective: "balanced" });
  });

  it.each([
    ["nothing", {}],
    ["a list", []],
    ["another field", { event_id: uuid(1), limit: 3 }],
    ["no UUID", { event_id: "1" }],
    ["another objective", { event_id: uuid(1), objective: "win" }],
    ["an objective that is none", { event_id: uuid(1), objective: ["contain"] }],
  ])("that is %s is refused", (_, body) => {
    expect(() => parseCoaQuestion(body)).toThrow(/`|JSON|about/);
  });
});

describe("a situation", () => {
  it("joins severity, confidence and repetition, each within its bounds", () => {
    expect(of(event(1, { severity: "INFO", class: "BENIGN", confidence: 0.9 })).threat).toBe(0);
    expect(of(event(1)).threat).toBe(0.636);
    expect(situationOf([event(1)], { ...NONE, count: 1000 }).threat).toBe(0.745);
    expect(situationOf([event(1)], { ...NONE, severities: ["CRITICAL"] })).toMatchObject({ severity: "CRITICAL" });
    for (const severity of SEVERITIES) {
      const { threat } = of(event(1, { severity, confidence: 1 }));
      expect(threat).toBeGreaterThanOrEqual(0);
      expect(threat).toBeLessThanOrEqual(1);
    }
  });

  it("is no threat while nothing names one", () => {
    const quiet = { class: "BENIGN", confidence: 1 };
    expect(isThreat(of(event(1, { ...quiet, severity: "LOW" })))).toBe(false);
    expect(isThreat(of(event(1, { class: null, confidence: 0, severity: "INFO" })))).toBe(false);
    expect(isThreat(of(event(1, { ...quiet, severity: "MEDIUM" })))).toBe(true);
    expect(isThreat(of(event(1, { severity: "LOW" })))).toBe(true);
  });

  it("names classes surest first, each once", () => {
    const events = [event(1, { confidence: 0.4 }), event(2, { class: "RECON", confidence: 0.7 }), event(3)];
    expect(of(...events).classes).toEqual([
      { class: "BRUTE_FORCE", confidence: 0.8 },
      { class: "RECON", confidence: 0.7 },
    ]);
  });
});

describe("targets", () => {
  it("are what most events name; addresses of our own are hosts, and are not blocked", () => {
    const inside = { src_ip: "10.0.0.5", dest_ip: "198.51.100.9", domain: "evil.example", sha256: "ab" };
    const events = [event(3, { fields: inside }), event(2, { fields: inside }), event(1)];
    expect(targetsOf(events)).toMatchObject({
      ip: { value: "198.51.100.9", events: [uuid(3), uuid(2)] },
      host: { value: "10.0.0.5" },
      domain: { value: "evil.example" },
      user: { value: "root", events: [uuid(1)] },
      process: { value: "sshd on web-1" },
      file: { value: "ab" },
    });
    expect(targetsOf([event(1, { fields: {} })])).toEqual({});
    expect(targetsOf([event(1, { fields: { user: 7, host: "x".repeat(300) } })])).toEqual({});
  });
});

describe("the score", () => {
  const targets = targetsOf([event(1, { fields: { ...event(1).fields, domain: "a.example", sha1: "x" } })]);

  it("has weights that sum up to 1, for every objective, and figures from 0 to 1", () => {
    for (const objective of OBJECTIVES) {
      const { effect, calm, undo } = WEIGHTS[objective];
      expect(effect + calm + undo).toBeCloseTo(1, 10);
    }
    for (const { fit, disruption, reversibility } of COURSES) {
      for (const figure of [...Object.values(fit), disruption, reversibility]) {
        expect(figure).toBeGreaterThanOrEqual(0);
        expect(figure).toBeLessThanOrEqual(1);
      }
    }
  });

  it("is the one that docs/l9.md tells", () => {
    const scores = scoreCourses(of(event(1)), targetsOf([event(1)]), "balanced");
    expect(scores.map(({ course, score }) => [course.id, score])).toEqual([
      ["block_source", 0.733],
      ["disable_account", 0.595],
      ["alert", 0.58],
      ["hunt", 0.548],
      ["isolate_host", 0.532],
      ["observe", 0.516],
      ["isolate_and_disable", 0.448],
      ["kill_process", 0.337],
    ]);
  });

  it("asks for targets: without one a course is none", () => {
    const bare = scoreCourses(of(event(1)), {}, "contain").map(({ course }) => course.id);
    expect(bare).toEqual(["alert", "hunt", "observe"]);
  });

  it("prefers hard courses when it must contain, and quiet ones when work must go on", () => {
    const grave = of(event(1, { class: "MALWARE_C2", severity: "CRITICAL", confidence: 0.95 }));
    const first = (objective: (typeof OBJECTIVES)[number], situation = grave) =>
      scoreCourses(situation, targets, objective)[0]?.course.id;
    expect(first("contain")).toBe("isolate_host");
    const faint = of(event(1, { class: "MALWARE_C2", severity: "LOW", confidence: 0.3 }));
    expect(first("continuity", faint)).toBe("alert");
  });

  it("grows with the threat for what acts, whatever the class (all severities and confidences)", () => {
    for (const course of ["block_source", "isolate_host"]) {
      let before = 0;
      for (const confidence of [0.1, 0.4, 0.7, 1]) {
        const found = scoreCourses(of(event(1, { confidence })), targets, "balanced");
        const score = found.find((one) => one.course.id === course)?.score ?? 0;
        expect(score).toBeGreaterThanOrEqual(before);
        before = score;
      }
    }
  });
});

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

it("severities are those that the threat is counted by", () => {
  const all: readonly Severity[] = ["INFO", "LOW", "MEDIUM", "HIGH", "CRITICAL"];
  expect(SEVERITIES).toEqual(all);
});
