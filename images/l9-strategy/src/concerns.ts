import { noisyOr } from "../../runtime/noisy-or.ts";
import { graver, SEVERITIES, type Severity } from "../../runtime/severity.ts";
import type { JudgedEvent } from "../../runtime/soc/archive-lookup.ts";
import type { Indicator } from "../../runtime/soc/enrichment.ts";
import { indicatorOf } from "../../runtime/soc/sighting.ts";
import type { Concern } from "../../runtime/soc/strategy.ts";
import type { Tally } from "./period-archive.ts";
import { growthOf } from "./trends.ts";

/** A concern before its evidence is looked up. */
export type Suspect = Omit<Concern, "rank" | "subject" | "evidence"> & {
  /** As the archive's tallies name it, or Layer 6. */
  readonly key: string;
};

/** What gravest severity, surest verdict, number and growth add at most. */
const MOST = { severity: 0.5, confidence: 0.4, repetition: 0.3, growth: 0.3 } as const;
const THOUSAND = 3;

/** Facts that a concern is weighed by. */
export interface Weighed {
  readonly severity: Severity;
  readonly confidence: number;
  readonly count: number;
  readonly growth: number | null;
}

/** 1 − (1 − 0.5 s)(1 − 0.4 c)(1 − 0.3 r)(1 − 0.3 g); docs/l9.md says what each is. */
export function weightOf({ severity, confidence, count, growth }: Weighed): number {
  return noisyOr([
    MOST.severity * (SEVERITIES.indexOf(severity) / (SEVERITIES.length - 1)),
    MOST.confidence * confidence,
    MOST.repetition * Math.min(1, Math.log10(Math.max(1, count)) / THOUSAND),
    MOST.growth * Math.max(0, growth ?? 0),
  ]);
}

/** What the events of the period amount to, weightiest first. @param comparable whether the period before tells anything */
export function suspectsOf(tallies: readonly Tally[], comparable: boolean): readonly Suspect[] {
  const keys = [...new Set(tallies.flatMap(({ now, concern }) => (now && concern !== null ? [concern] : [])))];
  return keys.map((key) => suspectOf(key, tallies, comparable)).sort(weightiest);
}

/** Weightiest first; of equals the first by its name. */
export const weightiest = (a: Suspect, b: Suspect): number => b.weight - a.weight || (a.key < b.key ? -1 : 1);

/** What most of the events are best known by; of equals the first by its text. */
export function subjectOf(events: readonly Pick<JudgedEvent, "fields">[]): Indicator | null {
  const counts = new Map<string, { readonly indicator: Indicator; count: number }>();
  for (const { fields } of events) {
    const indicator = indicatorOf(fields);
    if (!indicator) continue;
    const key = `${indicator.type} ${indicator.value}`;
    const known = counts.get(key) ?? { indicator, count: 0 };
    known.count += 1;
    counts.set(key, known);
  }
  const sorted = [...counts].sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1));
  return sorted[0]?.[1].indicator ?? null;
}

function suspectOf(key: string, tallies: readonly Tally[], comparable: boolean): Suspect {
  const all = tallies.filter(({ concern }) => concern === key);
  const [now, then] = [all.filter((one) => one.now), all.filter((one) => !one.now)];
  const [count, before] = [total(now), total(then)];
  const severity = now.map((one) => one.severity).reduce(graver);
  const confidence = Math.max(...now.map((one) => one.confidence));
  const growth = comparable ? growthOf(count, before) : null;
  const weight = weightOf({ severity, confidence, count, growth });
  const [kind, name] = key.startsWith("class:")
    ? (["class", key.slice(6)] as const)
    : (["category", key.slice(9)] as const);
  return { key, kind, name, weight, count, before, severity, confidence };
}

const total = (tallies: readonly Tally[]): number => tallies.reduce((all, { count }) => all + count, 0);
