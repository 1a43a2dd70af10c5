/** A series that Prometheus would have, and its values in promtool's notation: `1+0x60` is a 1 and sixty more of it. */
export type Series = readonly [series: string, values: string];

/** What makes an alert fire, and what is next to it and does not. */
export interface AlertCase {
  readonly alert: string;
  /** Labels that it must have when it fires. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly fires: readonly Series[];
  readonly quiet: readonly Series[];
  /** When it is looked at, from the first sample on. */
  readonly at: string;
  /** When it is looked at where it must not fire; `at` where absent. */
  readonly quietAt?: string;
  /** Between two samples and two evaluations; 10s where absent. */
  readonly interval?: string;
}
