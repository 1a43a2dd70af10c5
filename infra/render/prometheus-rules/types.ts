/** How much an alert presses: `critical` wakes somebody, `warning` waits for the day, `none` is the watchdog's. */
export type Severity = "critical" | "warning" | "none";

/** A series that is computed and kept under a name of its own. */
export interface Recording {
  /** `dsmil:layer:latency_seconds:p99` */
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** What somebody is told of, and when. */
export interface Alert {
  readonly name: string;
  /** PromQL; it has a series for each thing that is wrong. */
  readonly expr: string;
  /** How long it must hold, `30s`; at once where absent. */
  readonly for?: string;
  readonly severity: Severity;
  /** Labels beside those of the expression; values may be templates of Prometheus. */
  readonly labels?: Readonly<Record<string, string>>;
  /** One line, a template of Prometheus. */
  readonly summary: string;
  /** What it means for users, a template of Prometheus. */
  readonly description: string;
  /** What to look at and do, for docs/alerts.md; no template. */
  readonly remedy: string;
}

/** Rules that are computed one after the other: a later one sees what an earlier one recorded. */
export interface RuleGroup {
  readonly name: string;
  /** What the group is about, for docs/alerts.md. */
  readonly title: string;
  /** Time between two computations where it is not Prometheus' own, `30s`. */
  readonly interval?: string;
  readonly records: readonly Recording[];
  readonly alerts: readonly Alert[];
}

/** Label of the tenant as routes of notifications know it (`alpha`), from a label that a service writes (`ALPHA`). */
export const TENANT_OF_SERIES = { tenant: "{{ $labels.tenant_id | toLower }}" } as const;
