import type { FeedIndicator } from "./indicator.ts";
import { type Load, LoadCount, loadOf, ROOM } from "./load.ts";
import { ownText } from "./own-text.ts";

/** Kinds of what was not understood that are named; others count together. */
const MOST_NAMES = 20;

/** What a feed held. */
export interface ParsedFeed {
  readonly indicators: readonly FeedIndicator[];
  /** What was not understood, by name, and how often. */
  readonly skipped: Readonly<Record<string, number>>;
  /** What it takes in memory. */
  readonly load: Load;
}

/** Collects what a feed holds: an indicator once, what is not understood by name. */
export class FeedCollector {
  private readonly found = new Map<string, FeedIndicator>();
  private readonly names = new Map<string, number>();
  private readonly count: LoadCount;

  /** @param room what it may take */
  constructor(room: Load = ROOM) {
    this.count = new LoadCount(room);
  }

  /** @throws Error when a feed has too many */
  add(indicator: FeedIndicator): void {
    const key = `${indicator.type} ${indicator.value}`;
    const before = this.found.get(key);
    if (before && !outranks(indicator, before)) return;
    if (before) this.count.remove(loadOf(before));
    this.count.add(loadOf(indicator));
    this.found.set(key, indicator);
  }

  skip(name: string): void {
    const known = this.names.has(name) || this.names.size < MOST_NAMES ? name : "others";
    const before = this.names.get(known);
    this.names.set(before === undefined ? ownText(known) : known, (before ?? 0) + 1);
  }

  get parsed(): ParsedFeed {
    const skipped = Object.fromEntries(this.names);
    return { indicators: [...this.found.values()], skipped, load: this.count.load };
  }
}

/** Of the same one twice the one that counts for longer is kept, else the surer. */
function outranks(one: FeedIndicator, other: FeedIndicator): boolean {
  const { until: a = Number.POSITIVE_INFINITY } = one;
  const { until: b = Number.POSITIVE_INFINITY } = other;
  return a === b ? one.confidence > other.confidence : a > b;
}
