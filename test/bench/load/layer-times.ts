import type { RunAccount } from "./account.ts";
import type { Passed } from "./stream-account.ts";

/** Layers that the streams time, each between the stream it reads and the one it writes. */
const HOPS: readonly (readonly [layer: string, from: Passed, to: Passed])[] = [
  ["L3", "l3In", "l3Out"],
  ["L4", "l4In", "l4Out"],
  ["L8", "l4Out", "socEvents"],
];
export const END_TO_END = "L3 to L8";

/** How fast a layer was, by the times at which Redis took its entries: waiting in a stream is in it. */
export interface LayerTimes {
  readonly layer: string;
  readonly events: number;
  /** Events between the first and the last that it wrote, all tenants together. */
  readonly eventsPerSecond: number;
  /** Milliseconds from the entry in the stream before to the one after. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Times of each layer and of the whole way, over some lines of every run. @param lines first and last, inclusive */
export function layerTimes(
  runs: readonly Pick<RunAccount, "streams">[],
  lines: readonly [number, number],
): LayerTimes[] {
  return [...HOPS, [END_TO_END, "l3In", "socEvents"] as const].map(([layer, from, to]) => {
    const waits: number[] = [];
    let [first, last] = [Number.POSITIVE_INFINITY, 0];
    for (const { streams } of runs) {
      const [before, after] = [streams[from].at, streams[to].at];
      for (let line = lines[0]; line <= Math.min(lines[1], after.length - 1); line++) {
        const [begun = 0, ended = 0] = [before[line], after[line]];
        if (begun === 0 || ended === 0) continue;
        waits.push(Math.max(0, ended - begun));
        first = Math.min(first, ended);
        last = Math.max(last, ended);
      }
    }
    const sorted = Float64Array.from(waits).sort();
    const quantile = (q: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
    const seconds = (last - first) / 1000;
    return {
      layer,
      events: waits.length,
      eventsPerSecond: waits.length / seconds,
      p50Ms: quantile(0.5),
      p99Ms: quantile(0.99),
    };
  });
}
