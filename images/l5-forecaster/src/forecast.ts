import { AHEAD, BIN_MS, levelOf, type Series } from "../../runtime/models/features/series-features.ts";
import type { ModelIdentity } from "../../runtime/models/manifest.ts";

/** Narrowest half interval, in logarithms; the training program measures with the same. */
const NARROWEST = 0.02;

/** One bin of the future. */
export interface Step {
  /** When the bin begins, RFC 3339. */
  readonly from: string;
  readonly expected: number;
  /** The 80 % interval. */
  readonly low: number;
  readonly high: number;
}

/** What is expected of one kind of events in the next hour. */
export interface Forecast {
  readonly signal: string;
  readonly device: number;
  readonly bin_seconds: number;
  readonly last_count: number;
  readonly steps: readonly Step[];
  readonly model: ModelIdentity;
}

/** A forecast out of a model's answer to a series. */
export function toForecast(
  signal: string,
  device: number,
  series: Series,
  answer: Float32Array,
  model: ModelIdentity,
): Forecast {
  const level = levelOf(series.counts);
  const steps = Array.from({ length: AHEAD }, (_, at): Step => {
    const middle = level + (answer[at] ?? 0);
    const spread = Math.max(NARROWEST, answer[AHEAD + at] ?? 0);
    return {
      from: new Date((series.last + 1 + at) * BIN_MS).toISOString(),
      expected: counted(middle),
      low: counted(middle - spread),
      high: counted(middle + spread),
    };
  });
  return { signal, device, bin_seconds: BIN_MS / 1000, last_count: series.counts.at(-1) ?? 0, steps, model };
}

/** The count of a logarithm, to a tenth; never more than there can be events. */
function counted(logarithm: number): number {
  return Math.round(Math.max(0, Math.expm1(Math.min(logarithm, 25))) * 10) / 10;
}
