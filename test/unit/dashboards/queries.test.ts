import { describe, expect, it } from "vitest";
import { EXPORTED } from "../../../infra/metrics/exporters.ts";
import { baseMetrics, ownMetrics, PROGRAM_PARTS } from "../../../infra/metrics/programs.ts";
import { MODEL, PANELS } from "./fixture.ts";
import { parsePromql } from "./promql.ts";

/** What Prometheus puts on each series of a target, and `le` of histograms. */
const OF_TARGETS = ["node", "layer", "device", "service", "container", "tenant", "job", "instance", "le"];

const OWN = new Map(
  [...baseMetrics(), ...Object.keys(PROGRAM_PARTS).flatMap(ownMetrics)].flatMap(({ name, type, labels }) => {
    // A label that targets have, too, is renamed by Prometheus.
    const seen = labels.map((label) => (OF_TARGETS.includes(label) ? `exported_${label}` : label));
    const names = type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
    return names.map((one) => [one, seen] as const);
  }),
);
const OTHERS = new Set(Object.values(EXPORTED).flat());

const QUERIES = PANELS.flatMap(({ name, board, panel }) =>
  panel.queries.map(({ expr, legend }) => ({ name, board, expr, legend, parsed: parsePromql(expr) })),
);

describe("the queries of all dashboards", () => {
  it("are there", () => {
    expect(QUERIES.length).toBeGreaterThan(120);
  });

  it("are PromQL", () => {
    expect(parsePromql("sum(rate(x[5m])").errors).toHaveLength(1);
    expect(QUERIES.flatMap(({ name, expr, parsed }) => parsed.errors.map((at) => `${name}: ${expr} ${at}`))).toEqual(
      [],
    );
  });

  it("ask only for metrics that a program or an exporter has", () => {
    const asked = QUERIES.flatMap(({ name, parsed }) => parsed.selectors.map(({ metric }) => ({ name, metric })));
    expect(asked.filter(({ metric }) => !OWN.has(metric) && !OTHERS.has(metric))).toEqual([]);
    const used = new Set(asked.map(({ metric }) => metric));
    expect([...OTHERS].filter((metric) => !used.has(metric))).toEqual([]);
  });

  it("match only labels that the metric or its target has", () => {
    const wrong = QUERIES.flatMap(({ name, parsed }) =>
      parsed.selectors.flatMap(({ metric, labels }) => {
        const known = OWN.get(metric);
        if (known === undefined) return [];
        return labels
          .filter((label) => !known.includes(label) && !OF_TARGETS.includes(label))
          .map((label) => `${name}: ${metric} ${label}`);
      }),
    );
    expect(wrong).toEqual([]);
  });

  it("group our metrics by labels that they have, and name series by those", () => {
    const wrong = QUERIES.flatMap(({ name, legend, parsed }) => {
      const metrics = parsed.selectors.map(({ metric }) => metric);
      const shown = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label);
      const lost = shown.filter((label) => parsed.grouped.length > 0 && !parsed.grouped.includes(label));
      const known = [...OF_TARGETS, ...metrics.flatMap((metric) => OWN.get(metric) ?? [])];
      const unknown = metrics.some((metric) => metric !== "up" && !OWN.has(metric))
        ? []
        : parsed.grouped.filter((label) => !known.includes(label));
      return [...lost, ...unknown].map((label) => `${name}: ${label}`);
    });
    expect(wrong).toEqual([]);
  });

  it("ask for a tenant only on dashboards that have one, and know of no tenant by name", () => {
    const wrong = QUERIES.filter(({ board, expr }) => board.tenants.length === 0 && expr.includes("$"));
    expect(wrong.map(({ name }) => name)).toEqual([]);
    const named = QUERIES.filter(({ expr }) =>
      MODEL.tenants.some(({ id, prefix }) => expr.includes(id) || expr.includes(prefix)),
    );
    expect(named.map(({ name }) => name)).toEqual([]);
  });
});
