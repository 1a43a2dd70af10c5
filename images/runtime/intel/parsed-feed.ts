import type { FeedIndicator } from "./indicator.ts";

/** Indicators of one feed at most, and of all feeds of a tenant together. */
export const MOST_INDICATORS = 100_000;

/** Kinds of what was not understood that are named; others count together. */
const MOST_NAMES = 20;

/** What a feed held. */
export interface ParsedFeed {
  readonly indicators: readonly FeedIndicator[];
  /** What was not understood, by name, and how often. */
  readonly skipped: Readonly<Record<string, number>>;
}

/** Collects what a feed holds: an indicator once, what is not understood by name. */
export class FeedCollector {
  private readonly found = new Map<string, FeedIndicator>();
  private readonly names = new Map<string, number>();

  /** @throws Error when a feed has too many */
  add(indicator: FeedIndicator): void {
    const key = `${indicator.type} ${indicator.value}`;
    const before = this.found.get(key);
    if (!before || outranks(indicator, before)) this.found.set(key, indicator);
    if (this.found.size > MOST_INDICATORS) throw new Error(`has more than ${MOST_INDICATORS} indicators`);
  }

  skip(name: string): void {
    const known = this.names.has(name) || this.names.size < MOST_NAMES ? name : "others";
    this.names.set(known, (this.names.get(known) ?? 0) + 1);
  }

  get parsed(): ParsedFeed {
    return { indicators: [...this.found.values()], skipped: Object.fromEntries(this.names) };
  }
}

/** Of the same one twice the one that counts for longer is kept, else the surer. */
function outranks(one: FeedIndicator, other: FeedIndicator): boolean {
  const { until: a = Number.POSITIVE_INFINITY } = one;
  const { until: b = Number.POSITIVE_INFINITY } = other;
  return a === b ? one.confidence > other.confidence : a > b;
}
