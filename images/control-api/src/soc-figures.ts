import { SOC_KINDS, type SocAlertAnswer, type SocAnswer, type SocSeenAnswer } from "../../runtime/control/soc.ts";
import type { Sample } from "./service-levels.ts";
import { SOC_WINDOW_SECONDS, type SocQueries } from "./soc-queries.ts";

/** What Prometheus answered to each of the queries. */
export type SocSamples = { readonly [K in keyof SocQueries]: readonly Sample[] };

type Labels = Sample["labels"];

/** Nothing at all, for who sees no tenant. */
export const NO_SAMPLES: SocSamples = { rates: [], counts: [], newest: [], alerts: [], waiting: [] };

/** The SOC's figures as they are told. */
export function socFigures({ rates, counts, newest, alerts, waiting }: SocSamples, now: Date): SocAnswer {
  const last = new Map(newest.map(({ labels, value }) => [sortOf(labels), value]));
  return {
    time: now.toISOString(),
    windowSeconds: SOC_WINDOW_SECONDS,
    rates: rates
      .map(({ labels, value }) => ({
        ...ownerOf(labels.tenant_id),
        layer: labels.layer ?? "none",
        what: labels.msg_type ?? "none",
        perSecond: value,
      }))
      .sort((a, b) => byText(a.layer, b.layer) || byText(a.what, b.what) || byText(a.tenant, b.tenant)),
    seen: counts
      .flatMap(({ labels, value }) => seenOf(labels, Math.round(value), last.get(sortOf(labels))))
      .sort((a, b) => byText(b.last, a.last) || byText(a.tenant, b.tenant) || b.count - a.count),
    alerts: alerts.map(alertOf).sort((a, b) => byText(b.since, a.since)),
    waiting: waitingOf(waiting),
  };
}

function seenOf(labels: Labels, count: number, last: number | undefined): SocSeenAnswer[] {
  const kind = SOC_KINDS.find((one) => one === labels.sort);
  if (kind === undefined || count < 1) return [];
  const { layer, severity } = labels;
  const decision = labels.decision ?? labels.result;
  const what = labels.kind ?? labels.flag ?? labels.action ?? labels.reason ?? labels.error_type;
  return [
    {
      kind,
      ...ownerOf(labels.tenant_id),
      ...(layer && { layer }),
      ...(severity && { severity }),
      ...(decision && { decision }),
      ...(what && { what }),
      count,
      ...(last !== undefined && { last: instant(last) }),
    },
  ];
}

function alertOf({ labels, value }: Sample): SocAlertAnswer {
  const { alertname = "unknown", severity = "unknown", layer } = labels;
  const owner = ownerOf(labels.tenant);
  return { name: alertname, severity, ...owner, ...(layer && { layer }), since: instant(value) };
}

function waitingOf(samples: readonly Sample[]): SocAnswer["waiting"] {
  const tenants = [...new Set(samples.flatMap(({ labels }) => labels.tenant ?? []))].sort();
  const most = (tenant: string, name: string): number =>
    Math.max(
      0,
      ...samples.flatMap(({ labels: l, value }) => (l.tenant === tenant && l.__name__ === name ? value : [])),
    );
  return tenants.map((tenant) => ({
    tenant,
    lines: Math.round(most(tenant, "dsmil_buffer_events")),
    oldestSeconds: most(tenant, "dsmil_buffer_oldest_seconds"),
  }));
}

/** Services that work for all call that `shared`. */
const ownerOf = (id: string | undefined): { readonly tenant?: string } =>
  id === undefined || id === "" || id.toLowerCase() === "shared" ? {} : { tenant: id.toLowerCase() };

const sortOf = (labels: Labels): string => JSON.stringify(Object.entries(labels).sort(([a], [b]) => byText(a, b)));

const instant = (seconds: number): string => new Date(seconds * 1000).toISOString();

const byText = (a = "", b = ""): number => (a < b ? -1 : a > b ? 1 : 0);
