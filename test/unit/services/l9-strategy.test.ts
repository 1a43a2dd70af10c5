import { describe, expect, it } from "vitest";
import { subjectOf, suspectsOf, weightOf } from "../../../images/l9-strategy/src/concerns.ts";
import { entityConcern, indicatorOfEntity } from "../../../images/l9-strategy/src/entity-concern.ts";
import { periodOf } from "../../../images/l9-strategy/src/period.ts";
import type { Tally } from "../../../images/l9-strategy/src/period-archive.ts";
import { excessOf, levelOf, postureOf } from "../../../images/l9-strategy/src/posture.ts";
import { scoreOf } from "../../../images/l9-strategy/src/priorities.ts";
import { REMEDIES } from "../../../images/l9-strategy/src/remedies.ts";
import { growthOf, trendsOf } from "../../../images/l9-strategy/src/trends.ts";
import { ACTIONS } from "../../../images/runtime/soc/proposed-action.ts";
import { parseStrategyQuestion } from "../../../images/runtime/soc/strategy.ts";

const tally = (changes: Partial<Tally>): Tally => ({
  ...{ now: true, concern: "class:RECON", severity: "MEDIUM", count: 20, confidence: 0.8 },
  ...changes,
});
const QUIET = { threats: null, risk: null, entities: [] };

describe("a period", () => {
  it("ends with the minute, and has one as long before it", () => {
    const period = periodOf("24h", Date.parse("2026-11-30T08:00:30.500Z"));
    expect([period.before, period.from, period.to].map((at) => new Date(at).toISOString())).toEqual([
      "2026-11-28T08:01:00.000Z",
      "2026-11-29T08:01:00.000Z",
      "2026-11-30T08:01:00.000Z",
    ]);
    expect(periodOf("24h", period.to - 1)).toEqual(period);
  });
});

describe("a question", () => {
  it("needs a horizon and takes no other field", () => {
    expect(parseStrategyQuestion({ horizon: "7d" })).toEqual({ horizon: "7d", objective: "balanced" });
    for (const body of [{}, { horizon: "toString" }, { horizon: 24 }, [], null, { horizon: "24h", x: 1 }]) {
      expect(() => parseStrategyQuestion(body)).toThrow();
    }
  });
});

describe("trends", () => {
  it("compare with the period before, as far as there are enough events", () => {
    expect(growthOf(30, 10)).toBe(0.5);
    expect(growthOf(5, 4)).toBeNull();
    const found = trendsOf([tally({}), tally({ now: false, count: 60, severity: "HIGH" })], true);
    expect(found).toContainEqual({ signal: "RECON", now: 20, before: 60, growth: -0.5, direction: "FALLING" });
    expect(found).toContainEqual({ signal: "grave", now: 0, before: 60, growth: -1, direction: "FALLING" });
  });

  it("are unclear without a period before, and where not all events were counted", () => {
    const all = [[tally({})], [tally({}), tally({ now: false })]] as const;
    expect(trendsOf(all[0], true).every(({ direction }) => direction === "UNCLEAR")).toBe(true);
    expect(trendsOf(all[1], false).every(({ direction }) => direction === "UNCLEAR")).toBe(true);
    expect(trendsOf(all[1], true)[0]?.direction).toBe("STEADY");
  });
});

describe("the posture", () => {
  const facts = (tallies: readonly Tally[], changes: object = {}) => ({
    ...{ trends: trendsOf(tallies, true), hours: 24, expected: QUIET, work: { proposals: 0, refusals: 0 } },
    ...changes,
  });

  it("is calm where nothing speaks for danger, and never calmer with more of it", () => {
    const calm = postureOf(facts([tally({ concern: null, severity: "INFO" })]));
    expect(calm).toMatchObject({ level: "NORMAL", score: 0 });
    const more = [
      { expected: { ...QUIET, risk: 0.4 } },
      { expected: { ...QUIET, risk: 0.4, threats: 100 } },
      { expected: { ...QUIET, risk: 0.4, threats: 100 }, work: { proposals: 30, refusals: 0 } },
    ].map((changes) => postureOf(facts([tally({})], changes)).score);
    expect(more).toEqual(more.toSorted((a, b) => a - b));
  });

  it("has the level of its score", () => {
    expect([0, 0.249, 0.25, 0.5, 0.75, 1].map(levelOf)).toEqual([
      ...["NORMAL", "NORMAL", "GUARDED", "ELEVATED", "SEVERE", "SEVERE"],
    ]);
  });

  it("takes a forecast against the period's mean hour", () => {
    expect(excessOf(null, 24, 24)).toBeNull();
    expect(excessOf(0.5, 0, 24)).toBe(0);
    expect(excessOf(5, 0, 24)).toBe(1);
    expect(excessOf(1.5, 24, 24)).toBe(0.5);
    expect(excessOf(1, 48, 24)).toBe(0);
  });
});

describe("concerns", () => {
  it("are weighed by severity, verdict, number and growth, weightiest first", () => {
    expect(weightOf({ severity: "CRITICAL", confidence: 1, count: 1000, growth: 1 })).toBe(0.853);
    expect(weightOf({ severity: "INFO", confidence: 0, count: 1, growth: null })).toBe(0);
    const found = suspectsOf(
      [tally({}), tally({ concern: "category:ADVML", severity: "HIGH", count: 1, confidence: 0 })],
      false,
    );
    expect(found.map(({ kind, name }) => [kind, name])).toEqual([
      ["class", "RECON"],
      ["category", "ADVML"],
    ]);
  });

  it("leave out what is of the period before alone", () => {
    expect(suspectsOf([tally({ now: false })], true)).toEqual([]);
  });

  it("name what most of their events name", () => {
    const event = (src_ip: string) => ({ fields: { src_ip } });
    const events = [event("203.0.113.7"), event("203.0.113.8"), event("203.0.113.8"), { fields: {} }];
    expect(subjectOf(events)).toEqual({ type: "ip", value: "203.0.113.8" });
    expect(subjectOf([{ fields: {} }])).toBeNull();
  });
});

describe("an entity of Layer 6", () => {
  const subject = { type: "ip", value: "203.0.113.7" } as const;
  const risky = { entity: "ip:203.0.113.7", probability: 0.9 };
  const period = periodOf("24h", Date.parse("2026-11-30T08:00:00Z"));
  const seen = (ts: string) => ({
    events: [{ event_id: "e", ts, severity: "HIGH", category: "AUTH", class: null } as const],
  });

  it("is found in the archive by its address or its user's name", () => {
    expect(indicatorOfEntity("ip:203.0.113.7")).toEqual(subject);
    expect(indicatorOfEntity("user:Ada@x@web-1")).toEqual({ type: "user", value: "ada@x" });
    for (const one of ["user:@web-1", "host:x", "ip:", ""]) expect(indicatorOfEntity(one)).toBeUndefined();
  });

  it("is no concern without an event of the period", () => {
    expect(entityConcern(risky, subject, seen("2026-11-01T00:00:00Z"), period)).toBeUndefined();
    expect(entityConcern(risky, subject, seen("2026-11-30T07:00:00Z"), period)).toMatchObject({
      suspect: { kind: "entity", count: 1, confidence: 0.9, severity: "HIGH" },
      evidence: ["e"],
    });
  });
});

describe("remedies", () => {
  it("propose known actions alone, and help only by them", () => {
    for (const { action, level, effect, disruption } of REMEDIES) {
      if (action !== null) expect(ACTIONS).toContain(action);
      if (action === null || action === "ALERT_ONLY") expect(level).toBe("ANALYSIS_ONLY");
      else expect(level).toBe("SOC_ASSIST");
      for (const figure of [effect, disruption]) expect(figure >= 0 && figure <= 1).toBe(true);
    }
    expect(new Set(REMEDIES.map(({ id }) => id)).size).toBe(REMEDIES.length);
    expect(REMEDIES.some(({ for: names }) => names.length === 0)).toBe(true);
  });

  it("that disturb much count less where work must go on", () => {
    const isolate = REMEDIES.find(({ id }) => id === "isolate_hosts");
    const cut = REMEDIES.find(({ id }) => id === "cut_channels");
    if (!isolate || !cut) throw new Error("gone");
    expect(scoreOf(isolate, 0.8, "contain")).toBeGreaterThan(scoreOf(cut, 0.8, "contain"));
    expect(scoreOf(isolate, 0.8, "continuity")).toBeLessThan(scoreOf(cut, 0.8, "continuity"));
  });
});
