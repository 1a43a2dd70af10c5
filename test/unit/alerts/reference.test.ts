import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { Metrics } from "../../../images/runtime/metrics.ts";
import { loadModel } from "../../../infra/model/load.ts";
import { alertsReference } from "../../../infra/render/alerts-docs.ts";
import { fastRate, LATENCY_BOUNDS } from "../../../infra/render/prometheus-rules/slo-parts.ts";
import { ruleGroups, runbook } from "../../../infra/render/prometheus-rules.ts";

const root = resolve(import.meta.dirname, "../../..");
const model = loadModel(resolve(root, "manifest.yaml"));
const reference = readFileSync(resolve(root, "docs/alerts.md"), "utf8");

describe("docs/alerts.md", () => {
  it("is what the rules say; `node infra/render/alerts-docs.ts` writes it", () => {
    expect(reference).toBe(alertsReference(model));
  });

  it("has the place that each alert's runbook names", () => {
    const places = new Set([
      ...[...reference.matchAll(/^### (.*)$/gm)].map(([, title = ""]) => title.toLowerCase()),
      ...[...reference.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id),
    ]);
    for (const { name } of ruleGroups(model).flatMap(({ alerts }) => alerts)) {
      expect(places, name).toContain(runbook(name).split("#")[1]);
    }
  });
});

describe("latency", () => {
  it("has the bounds that services have, each p99 of the manifest among them", async () => {
    const metrics = new Metrics({
      device: 18,
      layer: 3,
      node: "node-a",
      service: "l3-router",
      tenant: "ALPHA",
    } as never);
    metrics.processed("X", 1, 0.01);
    const text = await metrics.registry.metrics();
    const bounds = [...text.matchAll(/^dsmil_request_latency_seconds_bucket\{le="([^"]+)"/gm)].map(([, le]) => le);
    expect(bounds).toEqual([...LATENCY_BOUNDS.map(String), "+Inf"]);
    for (const { slo } of model.layers) expect(LATENCY_BOUNDS).toContain((slo.p99Ms ?? 0) / 1000);
  });

  it("lies between two bounds as histogram_quantile sees it", () => {
    expect(fastRate("layer", 'layer="L3"', 0.05)).toBe(
      'sum (rate(dsmil_request_latency_seconds_bucket{layer="L3",le="0.05"}[5m]))',
    );
    expect(fastRate("layer", "x", 0.15)).toMatch(/^0\.5 \* sum .*le="0.1".* \+ 0\.5 \* sum .*le="0.2"/);
    expect(fastRate("tenant", "x", 0.0005)).toMatch(/^0\.5 \* sum by \(tenant_id\) .*le="0.001"/);
    expect(fastRate("layer", "x", 60)).toContain('le="10"');
  });
});
