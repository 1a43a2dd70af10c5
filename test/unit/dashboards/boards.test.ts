import { describe, expect, it } from "vitest";
import { boardsFor } from "../../../infra/dashboards/boards.ts";
import { panelsOf } from "../../../infra/dashboards/numbers/filled.ts";
import { BOARDS, MODEL, PANELS } from "./fixture.ts";
import { parsePromql } from "./promql.ts";

describe("dashboards", () => {
  it("are these, under addresses that stay", () => {
    expect(BOARDS.map(({ uid, title }) => [uid, title])).toEqual([
      ["dsmil-overview", "Global Overview"],
      ["dsmil-soc", "SOC View"],
      ["dsmil-tenant", "Tenant"],
      ["dsmil-executive", "Executive"],
      ["dsmil-nodes", "Node Health"],
      ["dsmil-pqc-dbe", "PQC and DBE"],
      ["dsmil-slo", "SLO"],
    ]);
  });

  it("explain each panel, and name it once", () => {
    const names = PANELS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(PANELS.filter(({ panel }) => panel.description.length < 15 || panel.queries.length === 0)).toEqual([]);
    expect(PANELS.filter(({ panel }) => panel.queries.some(({ legend }) => legend === ""))).toEqual([]);
  });

  it("have thresholds that rise, the first without a limit", () => {
    for (const { name, panel } of PANELS) {
      const [first, ...rest] = panel.steps ?? [{ color: "green" }];
      expect(first?.from, name).toBeUndefined();
      const limits = rest.map(({ from }) => from ?? Number.NaN);
      expect(limits, name).toEqual([...limits].sort((a, b) => a - b));
    }
  });

  it("judge layers by the objectives of the manifest", () => {
    const slo = BOARDS.find(({ uid }) => uid === "dsmil-slo");
    const limits = slo ? panelsOf(slo).map(({ panel }) => [panel.title, panel.steps?.at(-1)?.from]) : [];
    expect(limits).toContainEqual(["L3: p99", 0.05]);
    expect(limits).toContainEqual(["L7: p99", 0.5]);
    expect(limits).toContainEqual(["L9: p99", 3]);
    expect(limits).toContainEqual(["L8: throughput", 10_000]);
    expect(limits).toContainEqual(["L5: availability", 0.999]);
    const slower = {
      ...MODEL,
      layers: MODEL.layers.map((l) => ({ ...l, slo: { p99Ms: 70, availabilityPercent: 95 } })),
    };
    const other = boardsFor({ model: slower }).find(({ uid }) => uid === "dsmil-slo");
    const panel = other && panelsOf(other).find(({ panel: { title } }) => title === "L3: p99");
    expect(panel?.panel.steps?.at(-1)?.from).toBe(0.07);
  });

  it("leave out what the manifest does not have", () => {
    const services = MODEL.services.filter(({ id }) => id !== "shrink" && id !== "l8-crypto");
    const boards = boardsFor({ model: { ...MODEL, services } });
    const rows = boards.flatMap((board) => board.rows.map(({ title }) => title));
    expect(rows).not.toContain("Operators (SHRINK)");
    expect(rows).not.toContain("Keys");
    expect(rows).toContain("Bus");
    expect(boardsFor({ model: { ...MODEL, tenants: [] } }).map(({ uid }) => uid)).not.toContain("dsmil-soc");
  });

  it("are two for a tenant's own people, and ask for nothing but their tenant's", () => {
    for (const tenant of MODEL.tenants) {
      const own = boardsFor({ model: MODEL, tenant });
      expect(own.map(({ uid, tenants }) => [uid, tenants])).toEqual([
        ["dsmil-soc", [tenant.prefix]],
        ["dsmil-tenant", [tenant.prefix]],
      ]);
      const selectors = own
        .flatMap(panelsOf)
        .flatMap(({ panel: { queries } }) =>
          queries.flatMap(({ expr }) =>
            [...expr.matchAll(/([a-z_]+)\{([^}]*)\}/g)].map(([, metric, match = ""]) => ({ metric, match })),
          ),
        );
      expect(selectors.length).toBeGreaterThan(20);
      expect(selectors.filter(({ match }) => !match.includes('tenant_id="$tenant"'))).toEqual([]);
      const parsed = own
        .flatMap(panelsOf)
        .flatMap(({ panel }) => panel.queries.flatMap(({ expr }) => parsePromql(expr).selectors));
      expect(parsed.filter(({ labels }) => !labels.includes("tenant_id"))).toEqual([]);
    }
  });
});
