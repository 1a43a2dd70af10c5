import { noisyOr } from "../../runtime/noisy-or.ts";
import { graver, SEVERITIES, type Severity } from "../../runtime/severity.ts";
import type { JudgedEvent } from "../../runtime/soc/archive-lookup.ts";

/** What the events amount to. */
export interface Situation {
  /** All that were found; more than the events at hand, where there are many. */
  readonly count: number;
  readonly severity: Severity;
  /** Layer 4's classes that name a threat, with their highest confidence, surest first. */
  readonly classes: readonly { readonly class: string; readonly confidence: number }[];
  readonly first: string;
  readonly last: string;
  /** 0 to 1 */
  readonly threat: number;
}

const BENIGN = "BENIGN";
/** Weight of the gravest severity, of the surest class and of a thousand events. */
const WEIGHTS = { severity: 0.6, confidence: 0.6, repetition: 0.3 } as const;
const THOUSAND = 3;

/** What was found besides the events at hand. */
export interface Totals {
  readonly count: number;
  readonly first: string | null;
  readonly last: string | null;
  readonly severities: readonly Severity[];
}

/** @param events at least one */
export function situationOf(events: readonly JudgedEvent[], totals: Totals): Situation {
  const severity = [...events.map((event) => event.severity), ...totals.severities].reduce(graver);
  const times = [...events.map(({ ts }) => ts), totals.first, totals.last].filter((ts) => ts !== null).sort();
  const classes = classesOf(events);
  const count = Math.max(events.length, totals.count);
  const repetition = Math.min(1, Math.log10(count) / THOUSAND);
  const threat = noisyOr([
    WEIGHTS.severity * (SEVERITIES.indexOf(severity) / (SEVERITIES.length - 1)),
    WEIGHTS.confidence * (classes[0]?.confidence ?? 0),
    WEIGHTS.repetition * repetition,
  ]);
  return { count, severity, classes, first: times[0] ?? "", last: times.at(-1) ?? "", threat };
}

/** Whether it speaks of a threat at all: a class that names one, or a severity from MEDIUM on. */
export function isThreat({ classes, severity }: Situation): boolean {
  return classes.length > 0 || SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf("MEDIUM");
}

function classesOf(events: readonly JudgedEvent[]): Situation["classes"] {
  const highest = new Map<string, number>();
  for (const { class: name, confidence } of events) {
    if (name !== null && name !== BENIGN) highest.set(name, Math.max(confidence, highest.get(name) ?? 0));
  }
  return [...highest]
    .map(([name, confidence]) => ({ class: name, confidence }))
    .sort((a, b) => b.confidence - a.confidence || (a.class < b.class ? -1 : 1));
}
