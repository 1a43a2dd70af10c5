import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pc from "picocolors";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { operatorConfig } from "../../../infra/cli/operator.ts";
import { parseConfig, readConfig, writeConfig } from "../../../infra/ctl/config-file.ts";
import { sinceOf } from "../../../infra/ctl/logs.ts";
import { clean, columns, safeJson } from "../../../infra/ctl/paint.ts";
import { type FleetStatus, isAllWell, renderStatus } from "../../../infra/ctl/render-status.ts";

const dir = mkdtempSync(join(tmpdir(), "dsmil-ctl-"));
afterAll(() => rmSync(dir, { recursive: true }));
const paint = pc.createColors(false);

const node = { id: "node-a", time: "2026-01-01T00:00:00Z", uptimeSeconds: 7200, cpus: 2, load: [0.5, 0.4, 0.3] };
const GIB = 1024 ** 3;
const machine = { ...node, memoryBytes: 24 * GIB, memoryAvailableBytes: 10 * GIB, diskFreeBytes: 100 * GIB };
const router = {
  name: "dsmil-l3-router-alpha",
  service: "l3-router",
  layer: "L3",
  tenant: "alpha",
  restarts: 2,
} as const;
const well = { ...router, state: "running", health: "healthy" } as const;
const met = { objective: "availability", state: "met", ratio: 0.0001, budget: 0.001 } as const;
const status = (more: Partial<FleetStatus> = {}): FleetStatus => ({
  nodes: [{ node: "node-a", answer: { node: machine, containers: [well] } }],
  slo: [{ node: "node-a", answer: { layers: [{ layer: "L3", objectives: [met], p99Seconds: 0.012 }] } }],
  ...more,
});

describe("dsmilctl status", () => {
  it("fits on 80 columns and names nodes, services and service levels", () => {
    const text = renderStatus(status(), paint);
    expect(text).toContain("● node-a  1 of 1");
    expect(text).toMatch(/● l3-router +L3 +1\/1/);
    expect(text).toMatch(/L3 +- +● 0.01% of 0.1% +- +- +12 ms/);
    expect(Math.max(...text.split("\n").map((line) => [...line].length))).toBeLessThanOrEqual(80);
    expect(isAllWell(status())).toBe(true);
  });

  it("says which node is away, which container is not well, which promise is broken", () => {
    const away = status({ nodes: [{ node: "node-b", failure: "no answer within 2.5 s" }] });
    expect([isAllWell(away), renderStatus(away, paint)]).toEqual([
      false,
      expect.stringContaining("✗ node-b  AWAY  no answer"),
    ]);
    const gone = { ...router, state: "missing", health: "none" } as const;
    const ill = status({ nodes: [{ node: "node-a", answer: { node: machine, containers: [gone] } }] });
    expect([isAllWell(ill), renderStatus(ill, paint)]).toEqual([
      false,
      expect.stringContaining("✗ dsmil-l3-router-alpha"),
    ]);
    const broken = { ...met, state: "broken" } as const;
    const slo = [{ node: "node-a", answer: { layers: [{ layer: "L3", objectives: [broken] }] } }];
    expect(isAllWell(status({ slo }))).toBe(false);
  });

  it("calls away who did not answer alone, and is not well without service levels that somebody should have", () => {
    const refused = status({ nodes: [{ node: "node-b", status: 429, failure: "429 too_many_requests: later" }] });
    expect(renderStatus(refused, paint)).toContain("✗ node-b  429 too_many_requests");
    const failed = { node: "node-a", status: 502, failure: "502 no_answer: Prometheus" };
    const without = status({ slo: [failed] });
    expect(renderStatus(without, paint)).toContain("✗ service levels: node-a: 502 no_answer: Prometheus");
    expect(isAllWell(without)).toBe(false);
    // Nobody has Prometheus, or another one tells them.
    expect(isAllWell(status({ slo: [] }))).toBe(true);
    expect(isAllWell(status({ slo: [failed, ...status().slo] }))).toBe(true);
  });

  it("lets no node move the cursor", () => {
    expect(clean("a\u001b[2Jb\u202ec\n")).toBe("a�[2Jb�c�");
    expect(columns(["A"], [["x\u001b[2J\u009b1m"]], paint)).toBe("A\nx�[2J�1m");
    const told = { a: "\u009b2J\u202e\u007f\n", b: [1] };
    expect(safeJson(told)).toBe('{\n  "a": "\\u009b2J\\u202e\\u007f\\n",\n  "b": [\n    1\n  ]\n}');
    expect(JSON.parse(safeJson(told))).toEqual(told);
    expect(columns(["A", "B"], [["x", "y".repeat(100)]], paint, 20).split("\n")[1]).toHaveLength(20);
  });
});

describe("dsmilctl's configuration", () => {
  const good =
    "contexts: { lab: { ca: ca.crt, cert: a.crt, key: a.key, nodes: [{ name: node-a, address: 10.0.0.1 }] } }";

  it("is its owner's alone, and finds files beside it", () => {
    const path = join(dir, "deep", "config.yaml");
    writeConfig(path, parseConfig(good, "/etc/x/config.yaml"));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const { lab } = readConfig(path).contexts;
    expect(lab).toMatchObject({ ca: "/etc/x/ca.crt", nodes: [{ port: 8099, serverName: "10.0.0.1" }] });
    expect(readConfig(join(dir, "none.yaml"))).toEqual({ contexts: {} });
  });

  it.each([
    ["[", "is no YAML"],
    ["contexts: 1", "contexts is no mapping"],
    ["current: x", 'there is no context "x"'],
    [good.replace("ca: ca.crt, ", ""), "contexts.lab.ca names no file"],
    [good.replace("address: 10.0.0.1", "address: 'a b'"), "nodes[0] is not a name, an address and a port"],
    [good.replace("10.0.0.1", "10.0.0.1, port: 70000"), "nodes[0] is not a name, an address and a port"],
  ])("refuses %s", (content, message) => {
    expect(() => parseConfig(content, "f")).toThrow(message);
  });

  it("is what `bin/dsmil operator` writes", () => {
    const nodes = [{ id: "node-a", address: "10.0.0.1", hostname: "node-a.x" }];
    const services = [{ id: "control-api", node: "node-a", port: 8099 }];
    const written = operatorConfig({ fleet: { name: "lab" }, nodes, services } as never);
    expect(parseConfig(JSON.stringify(parse(JSON.stringify(written))), "/d/config.yaml").contexts.lab).toEqual({
      ...{ ca: "/d/ca.crt", cert: "/d/operator.crt", key: "/d/operator.key" },
      nodes: [{ name: "node-a", address: "10.0.0.1", port: 8099, serverName: "node-a.x" }],
    });
  });

  it("understands times", () => {
    expect(sinceOf("15m", Date.parse("2026-01-01T01:00:00Z"))).toBe("2026-01-01T00:45:00.000Z");
    expect(sinceOf("2026-01-01T01:00:00Z")).toBe("2026-01-01T01:00:00.000Z");
    for (const given of ["soon", "60", "2026", "2026-01-01", "1 m"]) {
      expect(() => sinceOf(given)).toThrow(`--since ${given} is no time`);
    }
  });
});
