import { OBJECTIVES, type ObjectiveAnswer, type SloAnswer } from "../../runtime/control/findings.ts";
import { jsonObject } from "../../runtime/json-object.ts";

/** A sample of an instant query: its labels and its value. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Pace from which an hour's spending breaks a promise: 2 % of a month's budget (docs/alerts.md). */
const BROKEN = 14.4;

/** PromQL of all that service levels are told from. */
export const SLO_QUERY =
  '{__name__=~"dsmil:(layer|tenant):((availability|errors|latency):ratio_1h|latency_seconds:p99)|dsmil:layer:(availability|errors|latency):budget"}';

/** Samples of Prometheus' answer. @throws Error when it is none */
export function readSamples(body: string): Sample[] {
  const data = jsonObject(body)?.data as { readonly result?: unknown } | undefined;
  if (!Array.isArray(data?.result)) throw new Error("an answer without results");
  return data.result.flatMap((one: unknown) => {
    const { metric, value } = (one ?? {}) as { metric?: Record<string, string>; value?: readonly unknown[] };
    const number = Number(value?.[1]);
    return metric && Number.isFinite(number) ? [{ labels: metric, value: number }] : [];
  });
}

/**
 * Service levels of layers, or with `tenants` of these tenants in each layer.
 * @param tenants lower-case ids
 */
export function serviceLevels(samples: readonly Sample[], tenants: readonly string[] | "all"): SloAnswer {
  const layers = [...new Set(samples.flatMap(({ labels }) => labels.layer ?? []))].sort();
  const budget = (layer: string, objective: string): number | undefined =>
    figureOf(samples, `dsmil:layer:${objective}:budget`, layer);
  return {
    layers: layers.flatMap((layer) =>
      (tenants === "all" ? [undefined] : tenants).map((tenant) => {
        const subject = tenant === undefined ? "layer" : "tenant";
        const p99Seconds = figureOf(samples, `dsmil:${subject}:latency_seconds:p99`, layer, tenant);
        const objectives = OBJECTIVES.filter((objective) => budget(layer, objective) !== undefined).map((objective) =>
          judged(
            objective,
            figureOf(samples, `dsmil:${subject}:${objective}:ratio_1h`, layer, tenant),
            budget(layer, objective),
          ),
        );
        return {
          layer,
          ...(tenant !== undefined && { tenant }),
          ...(p99Seconds !== undefined && { p99Seconds }),
          objectives,
        };
      }),
    ),
  };
}

function judged(objective: ObjectiveAnswer["objective"], ratio?: number, budget?: number): ObjectiveAnswer {
  const known = { ...(ratio !== undefined && { ratio }), ...(budget !== undefined && { budget }) };
  if (ratio === undefined || budget === undefined) return { objective, state: "unknown", ...known };
  const state = ratio > BROKEN * budget ? "broken" : ratio > budget ? "burning" : "met";
  return { objective, state, ...known };
}

function figureOf(samples: readonly Sample[], name: string, layer: string, tenant?: string): number | undefined {
  return samples.find(({ labels }) => {
    // Targets have `tenant`, series of services `tenant_id`.
    const own = (labels.tenant ?? labels.tenant_id)?.toLowerCase();
    return labels.__name__ === name && labels.layer === layer && own === tenant;
  })?.value;
}
