/** Whose figures are asked for: lower-case ids, at least one, or everybody's. */
export type SocScope = readonly string[] | "all";

/** Seconds that counts are over. */
export const SOC_WINDOW_SECONDS = 900;
const WINDOW = `${SOC_WINDOW_SECONDS}s`;
/** Time between two scrapes; the newest of a sort is known to two of them. */
const STEP = "15s";
const TWO_STEPS = "30s";

/** What is counted, and the labels that tell sorts apart. */
const COUNTERS = {
  event: ["dsmil_soc_events_total", "severity, decision"],
  finding: ["dsmil_signals_findings_total", "kind"],
  flag: ["dsmil_advml_flags_total", "flag"],
  proposal: ["dsmil_proposals_total", "action, result"],
  reject: ["dsmil_rejected_total", "reason"],
  failure: ["dsmil_errors_total", "error_type"],
} as const;

/** PromQL of what the SOC is told from. */
export interface SocQueries {
  /** Events and requests a second. */
  readonly rates: string;
  /** How many of each sort within the window; the label `sort` says of what. */
  readonly counts: string;
  /** When the newest of each was counted, seconds since 1970. */
  readonly newest: string;
  /** Alerts that fire, and since when, seconds since 1970. */
  readonly alerts: string;
  /** Lines that wait, and the age of the oldest. */
  readonly waiting: string;
}

/** Queries for these tenants. Their ids are the only part that is not fixed: they come from operators.json or the manifest. */
export function socQueries(scope: SocScope): SocQueries {
  const ids = scope === "all" ? [] : scope;
  // Services write upper case, targets lower case; a tenant-less series is no tenant's.
  const series = scope === "all" ? 'tenant_id!=""' : `tenant_id=~"${ids.join("|").toUpperCase()}"`;
  const targets = scope === "all" ? "" : `,tenant=~"${ids.join("|")}"`;
  const each = (query: (counter: string, by: string) => string): string =>
    Object.entries(COUNTERS)
      .map(([sort, [counter, by]]) => {
        const asked = query(`${counter}{${series}}`, `tenant_id, layer, ${by}`);
        return `label_replace(${asked}, "sort", "${sort}", "", "")`;
      })
      .join(" or ");
  return {
    rates: `sum by (tenant_id, layer, msg_type) (rate(dsmil_requests_total{${series}}[1m]))`,
    counts: each((counter, by) => `(sum by (${by}) (${risen(counter, WINDOW)}) > 0.5)`),
    newest: each(
      (counter, by) => `max_over_time(timestamp(sum by (${by}) (${risen(counter, TWO_STEPS)}))[${WINDOW}:${STEP}])`,
    ),
    alerts: `ALERTS_FOR_STATE{severity!="none"${targets}} and ignoring (alertstate) ALERTS{alertstate="firing"}`,
    waiting: `{__name__=~"dsmil_buffer_(events|oldest_seconds)",tenant!=""${targets}}`,
  };
}

/** By how much a counter rose; one whose series begins with its first event rose by what it has. */
const risen = (counter: string, window: string): string =>
  `(increase(${counter}[${window}]) > 0) or ((${counter} unless ${counter} offset ${window}) > 0)`;
