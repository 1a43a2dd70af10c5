/**
 * A dashboard as plain data. Grafana's JSON, the check against Prometheus and the table in the terminal are all made from
 * it, so that they show the same numbers.
 */

/** What a number is: Grafana's own name for the unit. */
export type Unit = "short" | "reqps" | "cps" | "s" | "bytes" | "Bps" | "percentunit" | "none";

export interface Query {
  /** PromQL; `$tenant` is the only variable in it, on dashboards that have one. */
  readonly expr: string;
  /** What a series is called; `{{label}}` is replaced by the label's value. */
  readonly legend: string;
}

/** From this value on, in this colour. */
export interface Step {
  /** Absent: from the lowest value on; the first step has none. */
  readonly from?: number;
  readonly color: "green" | "orange" | "red" | "blue";
}

export interface Panel {
  readonly title: string;
  /** What the numbers mean, and when to worry. */
  readonly description: string;
  /** lines: over time; number: one large figure; bars: one bar a series, now. */
  readonly look: "lines" | "number" | "bars";
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** Absent: no value is better than another. */
  readonly steps?: readonly Step[];
  /** Of the 24 columns that a dashboard has. */
  readonly width: 4 | 6 | 8 | 12 | 24;
  /** Services without which there is nothing to show; absent: none. */
  readonly needs?: readonly string[];
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
  /** Absent: for everybody who may see the dashboard; `operators`: of the fleet, never for a tenant's own people. */
  readonly audience?: "operators";
}

export interface Board {
  /** Stable: it is part of the dashboard's address, and people bookmark it. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** Values of `$tenant`, as metrics carry them in `tenant_id`; empty: the dashboard has no variable. */
  readonly tenants: readonly string[];
  readonly rows: readonly Row[];
}
