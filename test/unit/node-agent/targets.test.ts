import { describe, expect, it } from "vitest";
import { parseTargets } from "../../../images/node-agent/src/targets.ts";
import { renderPrometheusConf } from "../../../infra/render/prometheus-conf.ts";
import { renderTargets } from "../../../infra/render/prometheus-targets.ts";
import { GOOD, modelOf } from "../model/fixture.ts";

const model = modelOf(GOOD);
const ONE = { container: "dsmil-a", job: "services", scheme: "http", port: 8080, path: "/metrics", labels: { a: "b" } };
const parse = (changes: object) => parseTargets(JSON.stringify({ targets: [{ ...ONE, ...changes }] }));

describe("targets of a node", () => {
  it("are what the renderer writes: programs, with node, service and tenant, and nothing of another tenant", () => {
    const [tenant] = model.tenants;
    const nodes = model.nodes.map(({ id }) => id);
    const own = nodes.flatMap((node) => parseTargets(renderTargets(model, node, tenant?.id)));
    expect(own.length).toBeGreaterThan(0);
    for (const { container, labels } of own) {
      expect(labels).toMatchObject({ tenant: tenant?.id, node: expect.any(String), service: expect.any(String) });
      expect(container).toMatch(new RegExp(`-${tenant?.id}$`));
    }
    for (const node of nodes) {
      const shared = parseTargets(renderTargets(model, node, undefined));
      expect(shared.filter(({ labels }) => "tenant" in labels)).toEqual([]);
    }
  });

  it("are refused whole for one that is not understood, and the error says which", () => {
    expect(parse({})).toHaveLength(1);
    for (const changes of [
      ...[{ container: "../x" }, { container: "a b" }, { job: "A" }, { scheme: "file" }, { port: 0 }, { port: "80" }],
      ...[{ path: "metrics" }, { path: "/a?b" }, { path: "/a b" }, { server_name: "a b" }, { labels: { "A-b": "c" } }],
      ...[{ labels: { a: "x\n" } }, { labels: { a: 1 } }, { port: 70_000 }],
    ]) {
      expect(() => parse(changes), JSON.stringify(changes)).toThrow(/^targets\[0\]/);
    }
    expect(() => parseTargets("[]")).toThrow("targets");
    expect(() => parseTargets(JSON.stringify({ targets: Array(600).fill(ONE) }))).toThrow("at most 512");
  });
});

describe("Prometheus' configuration", () => {
  const services = [
    ...["prometheus", "node-agent", "alertmanager"].map((id) => ({
      ...model.services[0],
      id,
      node: "node-a",
      port: 1234,
    })),
  ] as unknown as typeof model.services;
  const plan = { ...model.containers[0], service: "prometheus", name: "dsmil-prometheus", node: "node-a" };
  const networks = [{ id: "public_api_net", ipv4: "10.212.0.9" }];
  const told = { ...plan, service: "alertmanager", name: "dsmil-alertmanager", networks, publish: [] };
  const containers = [plan, told] as unknown as typeof model.containers;

  it("names nodes that have an agent and no tenant's container, and Alertmanager where there is one", () => {
    const text = renderPrometheusConf({ ...model, services, containers });
    expect(text).toContain("https://node-a.dsmil.local:1234/targets");
    expect(text).toContain('targets: ["10.212.0.9:9093"]');
    for (const { id } of model.tenants) expect(text).not.toContain(id);
    const without = renderPrometheusConf({ ...model, services, containers: containers.slice(0, 1) });
    expect(without).not.toContain("alerting");
  });
});
