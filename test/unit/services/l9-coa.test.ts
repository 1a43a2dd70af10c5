import { describe, expect, it } from "vitest";
import { COURSES } from "../../../images/l9-coa/src/courses.ts";
import { targetsOf } from "../../../images/l9-coa/src/evidence.ts";
import { scoreCourses, WEIGHTS } from "../../../images/l9-coa/src/score.ts";
import { isThreat, situationOf } from "../../../images/l9-coa/src/situation.ts";
import { SEVERITIES, type Severity } from "../../../images/runtime/severity.ts";
import { OBJECTIVES, parseCoaQuestion } from "../../../images/runtime/soc/coa.ts";
import { event, NONE, of, uuid } from "./support/judged-events.ts";

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

it("severities are those that the threat is counted by", () => {
  const all: readonly Severity[] = ["INFO", "LOW", "MEDIUM", "HIGH", "CRITICAL"];
  expect(SEVERITIES).toEqual(all);
});
