import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { dashboardJson } from "../../../infra/dashboards/grafana/dashboard-json.ts";
import { grafanaFiles } from "../../../infra/dashboards/grafana/files.ts";
import { BOARDS, MODEL } from "./fixture.ts";
import schema from "./grafana-dashboard.schema.json" with { type: "json" };

const validate = new Ajv({ allErrors: true, strictTuples: false }).compile(schema);
const GATE = new URL("https://gate.example:8443");
const FILES = grafanaFiles(MODEL, GATE);

interface Placed {
  readonly id: number;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

describe("dashboards for Grafana", () => {
  it.each(BOARDS)("$title is as Grafana's JSON is", (board) => {
    const json: unknown = JSON.parse(JSON.stringify(dashboardJson(board)));
    validate(json);
    expect(validate.errors ?? []).toEqual([]);
  });

  it("a dashboard that lacks something is refused by the same check", () => {
    const [board] = BOARDS;
    const json = JSON.parse(JSON.stringify(board && dashboardJson(board)));
    delete json.panels[1].targets;
    expect(validate(json)).toBe(false);
  });

  it.each(BOARDS)("$title has panels beside and below each other, never on top", (board) => {
    const panels = (JSON.parse(JSON.stringify(dashboardJson(board))) as { panels: Placed[] }).panels;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = new Set<string>();
    for (const {
      gridPos: { x, y, w, h },
    } of panels) {
      expect(x + w).toBeLessThanOrEqual(24);
      for (let column = x; column < x + w; column++) {
        for (let line = y; line < y + h; line++) {
          expect(cells.has(`${column},${line}`)).toBe(false);
          cells.add(`${column},${line}`);
        }
      }
    }
  });
});

describe("the files of Grafanas", () => {
  it("are the same each time, to the byte", () => {
    expect([...grafanaFiles(MODEL, GATE)]).toEqual([...FILES]);
  });

  it("are a set for operators and one for each tenant, and without a gate none for tenants", () => {
    const sets = new Set(
      [...FILES.keys()].map((path) =>
        path
          .split("/")
          .slice(0, path.startsWith("tenants/") ? 2 : 1)
          .join("/"),
      ),
    );
    expect([...sets]).toEqual(["operators", "tenants/alpha", "tenants/bravo"]);
    expect([...grafanaFiles(MODEL, undefined).keys()].every((path) => path.startsWith("operators/"))).toBe(true);
  });

  it("let a tenant's Grafana read through the gate alone, and name no other tenant", () => {
    for (const [path, text] of FILES) {
      if (!path.startsWith("tenants/bravo/")) continue;
      expect(text.toLowerCase(), path).not.toContain("alpha");
    }
    const { datasources } = parse(FILES.get("tenants/bravo/provisioning/datasources/dsmil.yaml") ?? "");
    expect(datasources.map(({ url }: { url: string }) => url)).toEqual([
      "https://gate.example:8443/prometheus",
      "https://gate.example:8443/loki",
    ]);
  });

  it("name certificates and hold none, and verify servers", () => {
    const services = [
      ...MODEL.services,
      { ...service("prometheus"), publish: 9090 },
      { ...service("log-gate"), publish: 3100 },
    ];
    const files = grafanaFiles({ ...MODEL, services }, undefined);
    const { datasources } = parse(files.get("operators/provisioning/datasources/dsmil.yaml") ?? "");
    expect(datasources).toHaveLength(2);
    expect(datasources[0]).toMatchObject({
      uid: "dsmil-prometheus",
      url: "https://172.20.0.10:9090",
      editable: false,
      jsonData: { tlsAuth: true, tlsAuthWithCACert: true, tlsSkipVerify: false, serverName: "prometheus.dsmil.local" },
      secureJsonData: { tlsClientKey: "$__file{/etc/grafana/tls/client.key}" },
    });
    expect(datasources[1]).toMatchObject({
      url: "https://172.20.0.10:3100",
      jsonData: { tlsAuth: false, serverName: "loki.dsmil.local", httpHeaderName1: "Authorization" },
      secureJsonData: { httpHeaderValue1: "$__file{/etc/grafana/tls/loki-authorization}" },
    });
    expect([...files.values()].filter((text) => /BEGIN|password|secret\s*=/i.test(text))).toEqual([]);
  });

  it("let nobody in without a role, and a tenant's analysts into their own alone", () => {
    expect(FILES.get("operators/grafana.ini")).toContain("contains(groups[*], 'dsmil-admin') && 'Admin'");
    const ini = FILES.get("tenants/bravo/grafana.ini") ?? "";
    expect(ini).toContain("role_attribute_path = contains(groups[*], 'soc-analyst-bravo') && 'Viewer'\n");
    expect(ini).toContain("role_attribute_strict = true");
    expect(ini).toContain("[auth.anonymous]\nenabled = false");
  });
});

function service(id: string) {
  const [first] = MODEL.services.filter(({ node }) => node === "node-a");
  if (first === undefined) throw new Error("node-a has no service");
  return { ...first, id };
}
