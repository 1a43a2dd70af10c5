import type { Trend } from "../../runtime/soc/strategy.ts";
import type { Tally } from "./period-archive.ts";

/** Growth from which on a trend is one. */
const MARKED = 0.15;
/** Events of both periods together below which nothing is said. */
const FEWEST = 10;

const CLASS = "class:";

/** How each kind of events changed. @param whole whether all events were counted: else nothing can be compared */
export function trendsOf(tallies: readonly Tally[], whole: boolean): readonly Trend[] {
  const counted = (of: (tally: Tally) => boolean) => (now: boolean) =>
    tallies.filter((one) => one.now === now && of(one)).reduce((all, { count }) => all + count, 0);
  const before = counted(() => true)(false);
  const comparable = whole && before > 0;
  const classes = [...new Set(tallies.flatMap(({ concern }) => (concern?.startsWith(CLASS) ? [concern] : [])))].sort();
  const signals: readonly (readonly [string, (tally: Tally) => boolean])[] = [
    ["events", () => true],
    ["threats", isThreat],
    ["grave", isGrave],
    ...classes.map((name) => [name.slice(CLASS.length), ({ concern }: Tally) => concern === name] as const),
  ];
  return signals.map(([signal, of]) => trendOf(signal, counted(of)(true), counted(of)(false), comparable));
}

/** Whether Layer 4 names a threat. */
export const isThreat = ({ concern }: Tally): boolean => concern?.startsWith(CLASS) ?? false;

export const isGrave = ({ severity }: Tally): boolean => severity === "HIGH" || severity === "CRITICAL";

/** (now − before) / (now + before), two places; null where both are too few to tell. */
export function growthOf(now: number, before: number): number | null {
  if (now + before < FEWEST) return null;
  return Math.round(((now - before) / (now + before)) * 100) / 100;
}

function trendOf(signal: string, now: number, before: number, comparable: boolean): Trend {
  const growth = comparable ? growthOf(now, before) : null;
  return { signal, now, before, growth, direction: directionOf(growth) };
}

function directionOf(growth: number | null): Trend["direction"] {
  if (growth === null) return "UNCLEAR";
  if (growth >= MARKED) return "RISING";
  return growth <= -MARKED ? "FALLING" : "STEADY";
}
