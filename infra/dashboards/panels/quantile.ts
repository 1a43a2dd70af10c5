import type { Query } from "../board.ts";
import { WINDOW } from "./window.ts";

export interface QuantileOf {
  /** Name of the histogram, without `_bucket`. */
  readonly histogram: string;
  /** Label matchers, without the braces; absent: all series. */
  readonly matching?: string;
  /** Label of the series; absent: one for all. */
  readonly by?: string;
  /** Absent: 5 minutes. */
  readonly window?: string;
}

/** PromQL of a quantile. It has no value where nothing was observed in the window. */
export function quantile(q: number, { histogram, matching = "", by, window = WINDOW }: QuantileOf): string {
  const series = `${histogram}_bucket${matching && `{${matching}}`}`;
  const labels = by === undefined ? "le" : `le, ${by}`;
  return `histogram_quantile(${q}, sum by (${labels}) (rate(${series}[${window}])))`;
}

/** The median, the 95th and the 99th percentile. */
export function quantiles(of: QuantileOf): readonly Query[] {
  const name = of.by === undefined ? "" : ` {{${of.by}}}`;
  return [0.5, 0.95, 0.99].map((q) => ({ expr: quantile(q, of), legend: `p${q * 100}${name}` }));
}
