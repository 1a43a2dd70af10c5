import { noisyOr } from "../../runtime/noisy-or.ts";
import {
  POSTURES,
  type PostureInput,
  type PostureLevel,
  type StrategyAnswer,
  type Trend,
} from "../../runtime/soc/strategy.ts";
import type { Expected } from "./outlook.ts";
import type { OpenWork } from "./period-archive.ts";

/** Scores from which on a posture is the second, third and fourth of its levels. */
const FROM = [0.25, 0.5, 0.75] as const;

/** What each input adds at most. */
const MOST = {
  grave_events: 0.5,
  threat_share: 0.3,
  threat_growth: 0.3,
  risk: 0.5,
  forecast: 0.2,
  open_proposals: 0.2,
} as const;

/** What a posture is computed from. */
export interface PostureFacts {
  readonly trends: readonly Trend[];
  readonly hours: number;
  readonly expected: Expected;
  readonly work: OpenWork;
}

/** Numbers at which an input adds all that it can: a thousand grave events, twenty open proposals. */
const THOUSAND = 3;
const MANY_PROPOSALS = 20;

/** Score = 1 − Π(1 − weight) over the inputs: more that speaks for danger never lowers it. */
export function postureOf(facts: PostureFacts): NonNullable<StrategyAnswer["posture"]> {
  const inputs = inputsOf(facts);
  const score = noisyOr(inputs.map(({ weight }) => weight));
  return { level: levelOf(score), score, inputs };
}

/** The level of a score. */
export function levelOf(score: number): PostureLevel {
  return POSTURES[FROM.filter((from) => score >= from).length] ?? "SEVERE";
}

/** By how much the next hour exceeds the period's mean hour, 0 to 1; null where nobody forecasts. */
export function excessOf(expected: number | null, threats: number, hours: number): number | null {
  if (expected === null) return null;
  const mean = threats / hours;
  // Less than one threat an hour is no excess of anything.
  if (expected < 1) return 0;
  return places(Math.min(1, Math.max(0, mean === 0 ? 1 : expected / mean - 1)));
}

function inputsOf({ trends, hours, expected, work }: PostureFacts): readonly PostureInput[] {
  const of = (signal: string): Trend | undefined => trends.find((one) => one.signal === signal);
  const [events, threats, grave] = [of("events")?.now ?? 0, of("threats")?.now ?? 0, of("grave")?.now ?? 0];
  const share = events === 0 ? 0 : places(threats / events);
  const growth = of("threats")?.growth ?? null;
  const excess = excessOf(expected.threats, threats, hours);
  const input = (name: PostureInput["name"], value: number | null, part: number | null): PostureInput => ({
    name,
    value,
    weight: places(MOST[name] * (part ?? 0)),
  });
  return [
    input("grave_events", grave, Math.min(1, Math.log10(1 + grave) / THOUSAND)),
    input("threat_share", share, share),
    input("threat_growth", growth, growth === null ? null : Math.max(0, growth)),
    input("risk", expected.risk, expected.risk),
    input("forecast", expected.threats, excess),
    input("open_proposals", work.proposals, Math.min(1, work.proposals / MANY_PROPOSALS)),
  ];
}

const places = (value: number): number => Math.round(value * 1000) / 1000;
