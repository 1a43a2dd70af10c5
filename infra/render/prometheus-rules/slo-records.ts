import type { Layer, Model } from "../../model/types.ts";
import {
  fastRate,
  LATENCY_BUDGET,
  labelsOf,
  latencyPoint,
  type Subject,
  throughputPoint,
  WINDOWS,
} from "./slo-parts.ts";
import type { Recording, RuleGroup } from "./types.ts";

const COUNT = "dsmil_request_latency_seconds_count";
const BUCKET = "dsmil_request_latency_seconds_bucket";

/**
 * Budgets, rates and shares of every layer, and of every tenant in it: `dsmil:layer:*`, `dsmil:tenant:*`.
 * @param every seconds between two computations
 */
export function sloRecords(model: Pick<Model, "layers" | "services">, every: number): RuleGroup[] {
  const layers = model.layers.filter(({ id }) => model.services.some(({ layer }) => layer === id));
  return (["layer", "tenant"] as const).map((subject) => ({
    name: `dsmil-slo-${subject}`,
    title: `Service levels by ${subject}`,
    interval: `${every}s`,
    records: [
      ...(subject === "layer" ? layers.flatMap(budgets) : []),
      ...rates(subject),
      ...layers.flatMap((layer) => [...latencies(model, layer, subject), throughput(model, layer, subject)]),
      ...[...WINDOWS].flatMap(([window, seconds]) => shares(subject, window, seconds / every)),
    ],
    alerts: [],
  }));
}

/** Share of time, and of requests, that a layer may fail. */
function budgets({ id, slo }: Layer): Recording[] {
  const share = Math.round((100 - slo.availabilityPercent) * 1e7) / 1e9;
  const of = (what: string, value: number): Recording => ({
    record: `dsmil:layer:${what}:budget`,
    expr: `vector(${value})`,
    labels: { layer: id },
  });
  return [
    of("availability", share),
    of("errors", share),
    ...(slo.p99Ms === undefined ? [] : [of("latency", LATENCY_BUDGET)]),
  ];
}

/** What happens now: share of containers that do not answer, requests and failures a second. A refusal is no failure. */
function rates(subject: Subject): Recording[] {
  const by = labelsOf(subject);
  const name = (what: string): string => `dsmil:${subject}:${what}`;
  const up = `up{job="services",layer!=""${subject === "layer" ? "" : ',tenant!=""'}}`;
  const of = `layer!=""${ofTenants(subject)}`;
  // What never failed has no series, and has failed nought times.
  const failed = `sum by (${by}) (rate(dsmil_errors_total{${of},error_type!="denied"}[5m]))`;
  return [
    { record: name("availability:down"), expr: `1 - avg by (${by.replace("_id", "")}) (${up})` },
    { record: name("requests:rate5m"), expr: `sum by (${by}) (rate(dsmil_requests_total{${of}}[5m]))` },
    { record: name("errors:rate5m"), expr: `${failed} or 0 * ${name("requests:rate5m")}` },
  ];
}

/** Latency at the layer's point: p99, requests that were measured, and those that were slower than promised. */
function latencies(model: Pick<Model, "services">, { id, slo }: Layer, subject: Subject): Recording[] {
  if (slo.p99Ms === undefined) return [];
  const labels = { layer: id };
  const at = `${latencyPoint(model, id)}${ofTenants(subject)}`;
  const more = subject === "layer" ? "" : " by (tenant_id)";
  const buckets = subject === "layer" ? "le" : "tenant_id, le";
  const measured = `sum${more} (rate(${COUNT}{${at}}[5m]))`;
  const name = (what: string): string => `dsmil:${subject}:${what}`;
  return [
    {
      record: name("latency_seconds:p99"),
      expr: `histogram_quantile(0.99, sum by (${buckets}) (rate(${BUCKET}{${at}}[5m])))`,
      labels,
    },
    { record: name("measured:rate5m"), expr: measured, labels },
    {
      record: name("slow:rate5m"),
      expr: `clamp_min(${measured} - (${fastRate(subject, at, slo.p99Ms / 1_000)}), 0)`,
      labels,
    },
  ];
}

function throughput(model: Pick<Model, "services">, { id }: Layer, subject: Subject): Recording {
  const by = subject === "layer" ? "" : " by (tenant_id)";
  const at = `${throughputPoint(model, id)}${ofTenants(subject)}`;
  const expr = `sum${by} (rate(dsmil_requests_total{${at}}[5m]))`;
  return { record: `dsmil:${subject}:throughput:rate5m`, expr, labels: { layer: id } };
}

/**
 * Shares over a window. Of availability time that nobody has seen counts as good: a young Prometheus would take the
 * fleet's first seconds for a whole day.
 */
function shares(subject: Subject, window: string, samples: number): Recording[] {
  const name = (what: string): string => `dsmil:${subject}:${what}`;
  const over = (what: string): string => `avg_over_time(${name(what)}[${window}])`;
  const failed = over("errors:rate5m");
  return [
    {
      record: name(`availability:ratio_${window}`),
      expr: `clamp_max(sum_over_time(${name("availability:down")}[${window}]) / ${samples}, 1)`,
    },
    {
      record: name(`errors:ratio_${window}`),
      // Where all failed before it was counted as done, the failures are all there was.
      expr: `clamp_max(${failed} / (${over("requests:rate5m")} > 0 or ${failed} > 0), 1)`,
    },
    {
      record: name(`latency:ratio_${window}`),
      expr: `${over("slow:rate5m")} / (${over("measured:rate5m")} > 0)`,
    },
  ];
}

/** Services of all tenants count under `shared` what is nobody's. */
const ofTenants = (subject: Subject): string => (subject === "layer" ? "" : ',tenant_id!="shared"');
