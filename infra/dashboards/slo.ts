import type { Layer, Model } from "../model/types.ts";
import type { Board, Panel, Query, Row } from "./board.ts";
import { gauged } from "./panels/gauged.ts";
import { quantile } from "./panels/quantile.ts";
import { atLeast, atMost } from "./panels/steps.ts";
import { DAY, SLO_WINDOW, WINDOW } from "./panels/window.ts";

/** Each layer against the objectives that the manifest states for it; layers without a program are left out. */
export function slo(model: Model): Board {
  const layers = model.layers.filter(({ id }) => model.services.some((service) => service.layer === id));
  return {
    uid: "dsmil-slo",
    title: "SLO",
    description: "Latency, throughput and availability of each layer against its objectives in the manifest.",
    tenants: [],
    rows: [{ title: "All layers", panels: summary(layers) }, ...layers.map(rowOf)],
  };
}

function summary(layers: readonly Layer[]): Panel[] {
  const timed: readonly Query[] = layers.flatMap(({ id, slo: { p99Ms } }) =>
    p99Ms === undefined ? [] : [{ expr: `${p99Of(id)} / ${p99Ms / 1000}`, legend: id }],
  );
  const about = { look: "bars", width: 12, unit: "percentunit" } as const;
  return [
    {
      ...about,
      title: "p99 as a share of its objective",
      description: "Over the last hour; above 100 % the objective is missed. Layers with no traffic have no bar.",
      queries: timed,
      steps: atMost(1, 0.8),
    },
    {
      ...about,
      title: "Availability",
      description: "Share of the last day in which a layer's programs answered Prometheus.",
      queries: layers.map(({ id }) => ({ expr: availabilityOf(id), legend: id })),
      steps: atLeast(0.99, 0.999),
    },
  ];
}

function rowOf({ id, name, slo: { p99Ms, eventsPerSecond, availabilityPercent } }: Layer): Row {
  const panels: Panel[] = [];
  if (p99Ms !== undefined) {
    panels.push(
      gauged(
        {
          title: `${id}: p99`,
          description: `Objective: at most ${p99Ms} ms. Over the last hour, of all that the layer's programs processed.`,
          unit: "s",
          expr: p99Of(id),
          legend: "p99",
        },
        { steps: atMost(p99Ms / 1000) },
      ),
    );
  }
  panels.push(throughput(id, eventsPerSecond));
  // Divided, 99.9 would be 0.9990000000000001.
  const objective = Number((availabilityPercent / 100).toFixed(6));
  panels.push(
    gauged(
      {
        title: `${id}: availability`,
        description: `Objective: at least ${availabilityPercent} %. Share of the last day in which the programs answered.`,
        unit: "percentunit",
        expr: availabilityOf(id),
        legend: "availability",
      },
      { look: "number", steps: atLeast(objective) },
    ),
  );
  return { title: `${id} ${name}`, panels };
}

function throughput(id: string, eventsPerSecond: number | undefined): Panel {
  const objective =
    eventsPerSecond === undefined
      ? "The manifest states no objective."
      : `Objective: ${eventsPerSecond} a second must be possible; the mark shows it.`;
  return gauged(
    {
      title: `${id}: throughput`,
      description: `Events and requests that the layer's programs process, a second. ${objective}`,
      unit: "reqps",
      expr: `sum(rate(dsmil_requests_total{layer="${id}"}[${WINDOW}]))`,
      legend: "processed",
    },
    eventsPerSecond === undefined ? {} : { steps: [{ color: "green" }, { from: eventsPerSecond, color: "blue" }] },
  );
}

function p99Of(layer: string): string {
  const matching = `layer="${layer}"`;
  return quantile(0.99, { histogram: "dsmil_request_latency_seconds", matching, window: SLO_WINDOW });
}

function availabilityOf(layer: string): string {
  return `avg(avg_over_time(up{job="services",layer="${layer}"}[${DAY}]))`;
}
