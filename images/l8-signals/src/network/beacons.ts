import { Lru } from "../lru.ts";
import type { Observed } from "../observed.ts";
import type { Signal } from "../signal.ts";

/** Pairs of source and destination that are followed at most. */
const MOST_PAIRS = 10_000;
/** Gaps that are kept of a pair, and how many are needed. */
const KEPT_GAPS = 24;
const LEAST_GAPS = 12;
/** Visits closer than this are one, ms. */
const ONE_VISIT_MS = 1000;
/** Mean gap that counts, ms. */
const GAP_MS = { least: 10_000, most: 7_200_000 } as const;
/** Standard deviation of the gaps, as a share of their mean, up to which they are regular, and very regular. */
export const REGULAR_UP_TO = 0.2;
const VERY_REGULAR_UP_TO = 0.05;
/** A pair is told once in so long. */
const DAY_MS = 86_400_000;
/** Services whose clients ask by the clock, and of which nothing follows. */
const BY_THE_CLOCK: ReadonlySet<unknown> = new Set([53, 123]);

interface Pair {
  readonly gaps: number[];
  last: number;
  readonly flows: unknown[];
  told: number;
}

/**
 * Connections from inside to one destination outside at regular intervals: at least 12 gaps of the last 24 with a mean from
 * 10 s to 2 h and a coefficient of variation of 0.2 at most.
 */
export class Beacons {
  private readonly pairs = new Lru<string, Pair>(MOST_PAIRS);

  /** @param outward whether it goes from inside to outside */
  look({ id, at, fields }: Observed, outward: boolean): readonly Signal[] {
    const { src_ip: source, dest_ip: target, dest_port: port, flow_id: flow, domain } = fields;
    if (!outward || typeof source !== "string" || typeof target !== "string" || BY_THE_CLOCK.has(port)) return [];
    const name = `${source}>${target}:${port ?? ""}`;
    const pair = this.pairs.take(name, () => ({ gaps: [], last: Number.NaN, flows: [], told: -1 }));
    if (flow !== undefined && pair.flows.includes(flow)) return [];
    if (flow !== undefined) pair.flows.push(flow);
    if (pair.flows.length > 4) pair.flows.shift();
    const gap = at - pair.last;
    if (gap < ONE_VISIT_MS) return [];
    pair.last = at;
    if (Number.isNaN(gap)) return [];
    pair.gaps.push(gap);
    if (pair.gaps.length > KEPT_GAPS) pair.gaps.shift();
    const figures = regular(pair.gaps);
    const day = Math.floor(at / DAY_MS);
    if (!figures || pair.told === day) return [];
    pair.told = day;
    const { mean, variation } = figures;
    return [
      {
        flag: "BEACON",
        severity: variation <= VERY_REGULAR_UP_TO ? "HIGH" : "MEDIUM",
        about: id,
        mark: `${name}/${day}`,
        detail: `${source} asks ${target}${port === undefined ? "" : ` port ${port}`} every ${(mean / 1000).toFixed(1)} s; gaps vary by ${(variation * 100).toFixed(1)} % of that (told up to ${REGULAR_UP_TO * 100} %), ${pair.gaps.length} gaps`,
        facts: {
          interval_seconds: Math.round(mean / 100) / 10,
          variation: Math.round(variation * 1000) / 1000,
          gaps: pair.gaps.length,
        },
        fields: {
          ...{ src_ip: source, dest_ip: target },
          ...(typeof port === "number" && { dest_port: port }),
          ...(typeof domain === "string" && { domain }),
        },
      },
    ];
  }
}

function regular(gaps: readonly number[]): { mean: number; variation: number } | undefined {
  if (gaps.length < LEAST_GAPS) return undefined;
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  if (mean < GAP_MS.least || mean > GAP_MS.most) return undefined;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  const variation = Math.sqrt(variance) / mean;
  return variation <= REGULAR_UP_TO ? { mean, variation } : undefined;
}
