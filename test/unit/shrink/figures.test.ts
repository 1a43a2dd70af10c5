import { describe, expect, it } from "vitest";
import { metricsAnswer, riskAnswer } from "../../../images/shrink/src/api/answers.ts";
import {
  amount,
  burstiness,
  correctionShare,
  entropy,
  evidence,
  HALF_LIFE,
  perMinute,
  ramp,
  repeatShare,
  WINDOW,
  weigh,
} from "../../../images/shrink/src/figures/formulas.ts";
import { MAX_TRACES, Operator, type OperatorFigures } from "../../../images/shrink/src/figures/operator.ts";
import { MAX_OPERATORS, TenantOperators, together } from "../../../images/shrink/src/figures/tenant.ts";
import type { Trace } from "../../../images/shrink/src/figures/trace.ts";
import { randomFrom } from "../../services/dbe-gateway/support/random.ts";

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const random = randomFrom(seed);
const NOW = 1_800_000_000_000;
const ROUNDS = 300;

const trace = (changes: Partial<Trace> = {}): Trace => ({
  ...{ at: NOW, hour: 12, command: true, failed: false, text: 1, word: 1, keys: 0, corrections: 0 },
  ...changes,
});
const any = (within = WINDOW): Trace => ({
  at: NOW - Math.floor(random() * within),
  hour: Math.floor(random() * 24),
  command: random() < 0.8,
  failed: random() < 0.4,
  text: Math.floor(random() * 6),
  word: Math.floor(random() * 4),
  keys: Math.floor(random() * 200),
  corrections: Math.floor(random() * 250),
});
const many = (within?: number): Trace[] => Array.from({ length: Math.floor(random() * 200) }, () => any(within));
const operatorOf = (traces: readonly Trace[]): Operator => {
  const operator = new Operator();
  for (const one of traces) operator.add(one);
  return operator;
};
const inUnit = (value: number): boolean => value >= 0 && value <= 1;

describe("the parts of the figures", () => {
  it("are as documented in simple cases", () => {
    expect(weigh([trace({ at: NOW - HALF_LIFE })], NOW)[0]?.weight).toBeCloseTo(0.5);
    expect(weigh([trace({ at: NOW - WINDOW })], NOW)).toEqual([]);
    // One a second for ever amounts to HALF_LIFE / ln 2 seconds of them: sixty a minute.
    expect(perMinute(HALF_LIFE / 1000 / Math.LN2)).toBeCloseTo(60);
    expect([evidence(0), evidence(3)]).toEqual([0, 0.5]);
    expect([ramp(1, 2, 4), ramp(3, 2, 4), ramp(9, 2, 4)]).toEqual([0, 0.5, 1]);
    const fresh = (traces: Trace[]) => weigh(traces, NOW);
    expect(repeatShare(fresh([trace({ text: 1 }), trace({ text: 2 }), trace({ text: 1 }), trace({ text: 3 })]))).toBe(
      0.25,
    );
    expect(correctionShare(fresh([trace({ keys: 90, corrections: 0 }), trace({ keys: 10, corrections: 99 })]))).toBe(
      0.1,
    );
    expect(entropy(fresh([trace({ word: 1 }), trace({ word: 2 })]))).toBeCloseTo(1);
    expect(entropy(fresh([trace({ word: 1 }), trace({ word: 1 })]))).toBe(0);
    const at = (seconds: number[]) => fresh(seconds.map((s) => trace({ at: NOW - 60_000 + s * 1000 })));
    expect(burstiness(at([0, 5, 10, 15, 20, 25, 30]))).toBe(0);
    expect(burstiness(at([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 50]))).toBeGreaterThan(0.4);
  });

  it(`stay from 0 to 1 whatever comes (seed ${seed})`, () => {
    for (let round = 0; round < ROUNDS; round++) {
      const weighed = weigh(
        many().sort((a, b) => a.at - b.at),
        NOW,
      );
      const commands = weighed.filter((one) => one.trace.command);
      const values = [repeatShare(commands), correctionShare(weighed), burstiness(weighed), entropy(commands)];
      expect([...values, evidence(amount(weighed))].every(inUnit), JSON.stringify(values)).toBe(true);
    }
  });
});

describe("an operator's figures", () => {
  it(`stay from 0 to 1 whatever comes (seed ${seed})`, () => {
    for (let round = 0; round < ROUNDS; round++) {
      const figures = operatorOf(many(2 * WINDOW)).figures(NOW);
      expect(Object.values(figures).every(inUnit), JSON.stringify(figures)).toBe(true);
    }
  });

  it(`do not depend on the order of arrival (seed ${seed})`, () => {
    for (let round = 0; round < ROUNDS; round++) {
      const traces = many()
        .slice(0, MAX_TRACES)
        .map((one, i) => ({ ...one, at: NOW - (i * WINDOW) / 200 }));
      const shuffled = [...traces].sort(() => random() - 0.5);
      const [inTime, mixed] = [traces.toReversed(), shuffled].map((all) => operatorOf(all).figures(NOW));
      expect(mixed).toEqual(inTime);
    }
  });

  it(`only sink while nothing comes, and are 0 after the window (seed ${seed})`, () => {
    for (let round = 0; round < ROUNDS; round++) {
      const operator = operatorOf(many(60_000));
      let before = operator.figures(NOW);
      for (let later = 30_000; later < WINDOW - 60_000; later += 60_000) {
        const now = operator.figures(NOW + later);
        for (const key of Object.keys(now) as (keyof OperatorFigures)[]) {
          expect(now[key], `${key} after ${later} ms`).toBeLessThanOrEqual(before[key] + 1e-9);
        }
        before = now;
      }
      expect(Object.values(operator.figures(NOW + WINDOW)).every((value) => value === 0)).toBe(true);
    }
  });

  it(`show no less stress for a command that fails than for the same one that works (seed ${seed})`, () => {
    for (let round = 0; round < ROUNDS; round++) {
      const traces = many().slice(0, MAX_TRACES - 1);
      const last = { ...any(0), at: NOW, command: true };
      const stress = (failed: boolean) => operatorOf([...traces, { ...last, failed }]).figures(NOW).risk_acute_stress;
      expect(stress(true)).toBeGreaterThanOrEqual(stress(false));
    }
  });

  it("tell a calm hour from a bad one", () => {
    const calm = Array.from({ length: 10 }, (_, i) => trace({ at: NOW - i * 60_000, text: i, word: i % 4 }));
    const bad = Array.from({ length: 80 }, (_, i) =>
      trace({ at: NOW - i * 1500, failed: i % 3 !== 0, text: i % 2, keys: 20, corrections: 9, hour: 2 }),
    );
    expect(operatorOf(calm).figures(NOW).risk_acute_stress).toBeLessThan(0.1);
    expect(operatorOf(bad).figures(NOW).risk_acute_stress).toBeGreaterThan(0.8);
    expect(operatorOf(bad).figures(NOW).cognitive_load).toBeGreaterThan(0.5);
  });

  it("see hyperfocus in hours of the same commands without a break, which a break ends", () => {
    const same = Array.from({ length: 120 }, (_, i) => trace({ at: NOW - i * 60_000 })).reverse();
    expect(operatorOf(same).figures(NOW).lbi_hyperfocus_density).toBeGreaterThan(0.4);
    expect(operatorOf(same.filter(({ at }) => NOW - at < 600_000)).figures(NOW).lbi_hyperfocus_density).toBe(0);
    const paused = same.filter(({ at }) => NOW - at < 600_000 || NOW - at > 3_000_000);
    expect(operatorOf(paused).figures(NOW).lbi_hyperfocus_density).toBe(0);
  });
});

describe("a tenant's figures", () => {
  const person = (stress: number): OperatorFigures => ({
    risk_acute_stress: stress,
    ...{ cognitive_load: random(), lbi_hyperfocus_density: random(), entropy: random() },
  });

  it(`stay from 0 to 1, and one operator alone never makes a crisis (seed ${seed})`, () => {
    for (let round = 0; round < ROUNDS; round++) {
      const people = Array.from({ length: Math.floor(random() * 6) }, () => person(random()));
      expect(Object.values(together(people)).every(inUnit)).toBe(true);
      expect(together([person(random())]).crisis_level).toBeLessThan(0.8);
    }
    expect(together([person(1)]).crisis_level).toBe(0.75);
    expect(together([person(0.9), person(0.85)]).crisis_level).toBeGreaterThanOrEqual(0.8);
    expect(together([person(1), person(0)]).crisis_level).toBe(0.75);
    expect(together([])).toMatchObject({ risk_acute_stress: 0, crisis_level: 0 });
  });

  it("are bounded in operators: the one not seen for longest goes", () => {
    const operators = new TenantOperators();
    for (let i = 0; i <= MAX_OPERATORS; i++) operators.add(`o${i}`, trace({ at: NOW - 60_000 + i }));
    const report = operators.report(NOW);
    expect(report.operators.size).toBe(MAX_OPERATORS);
    expect(report.operators.has("o0")).toBe(false);
    expect(operators.report(NOW + WINDOW)).toMatchObject({ observations: 0, figures: { risk_acute_stress: 0 } });
  });

  it("name a level, and say on how much they rest", () => {
    const operators = new TenantOperators();
    expect(metricsAnswer("alpha", operators.report(NOW))).toMatchObject({
      tenant_id: "ALPHA",
      observations: 0,
      operators: 0,
    });
    expect(riskAnswer("alpha", operators.report(NOW))).toMatchObject({ risk: 0, level: "NOMINAL", operators: [] });
    for (let i = 0; i < 80; i++) {
      const at = NOW - i * 1500;
      for (const who of ["a", "b"]) operators.add(who, trace({ at, failed: true, keys: 20, corrections: 9, hour: 2 }));
    }
    expect(riskAnswer("alpha", operators.report(NOW))).toMatchObject({ level: "CRISIS", observations: 160 });
  });
});
