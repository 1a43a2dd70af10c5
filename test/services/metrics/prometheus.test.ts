import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../../infra/lab/free-port.ts";
import { ensurePackages } from "../../../infra/lab/packages.ts";
import { loadModel } from "../../../infra/model/load.ts";
import { renderPrometheusConf, renderPrometheusWeb } from "../../../infra/render/prometheus-conf.ts";
import { type AgentRig, ended, startAgent, until } from "./rig.ts";

const MODEL = loadModel(resolve(import.meta.dirname, "../../../manifest.yaml"));
const ID = "a".repeat(64);
const CONTAINER = "dsmil-l3-router-alpha";

let agent: AgentRig;
let program: Server;
let prometheus: ChildProcess;
let port: number;
let output = "";

beforeAll(async () => {
  if (!existsSync("/usr/bin/prometheus")) await ensurePackages(["prometheus"]);
  agent = await startAgent();
  program = createServer((_request, response) => {
    const body = '# TYPE dsmil_requests_total counter\ndsmil_requests_total{tenant_id="ALPHA",device_id="18"} 7\n';
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end(body);
  });
  await new Promise<void>((done) => program.listen(0, "127.0.0.1", done));
  const labels = { "dsmil.node": "node-a", "dsmil.service": "l3-router", "dsmil.tenant": "alpha" };
  agent.engine(ID, {
    ID,
    Name: `/${CONTAINER}`,
    Config: { Labels: labels },
    State: { Running: true },
    NetworkSettings: { Networks: { host: {} } },
  });
  agent.targets("alpha", [target(CONTAINER)]);
  port = await freePort();
  prometheus = startPrometheus(agent, port);
  if (!(await until(async () => (await agent.ask("operator", "/-/ready", port)).status === 200))) {
    throw new Error(`Prometheus did not come up:\n${output}`);
  }
});
afterAll(async () => {
  await ended(prometheus);
  program.close();
  await agent.stop();
});

const target = (container: string) => ({
  ...{ container, job: "services", scheme: "http", port: (program.address() as AddressInfo).port, path: "/metrics" },
  labels: { node: "node-a", service: "l3-router", layer: "L3", device: "18", tenant: "alpha" },
});

/** The rendered configuration, with what is a container's or another machine's replaced by the test's. */
function startPrometheus({ dir, port: agentPort }: AgentRig, at: number): ChildProcess {
  const here = (text: string): string =>
    text
      .replaceAll("/etc/dsmil/certs/self", `${dir}/operator`)
      .replaceAll("/etc/dsmil/certs/clients-ca.crt", `${dir}/clients-ca.crt`)
      .replaceAll("/etc/dsmil/certs/ca.crt", `${dir}/ca.crt`)
      .replaceAll("/etc/dsmil/certs/tls.", `${dir}/prometheus.`)
      .replaceAll("/etc/prometheus/", `${dir}/`)
      .replaceAll("prometheus.dsmil.local", "localhost")
      .replaceAll("localhost:9090", `localhost:${at}`)
      .replaceAll("node-a.dsmil.local:9101", `localhost:${agentPort}`)
      .replaceAll("15s", "1s")
      .replaceAll("scrape_timeout: 10s", "scrape_timeout: 1s");
  // The alertmanager of a fleet is on a network that is not there.
  const containers = MODEL.containers.filter(({ service }) => service !== "alertmanager");
  const one = { ...MODEL, containers, nodes: MODEL.nodes.filter(({ id }) => id === "node-a") };
  writeFileSync(`${dir}/prometheus.yml`, here(renderPrometheusConf(one)));
  writeFileSync(`${dir}/web.yml`, here(renderPrometheusWeb()));
  mkdirSync(`${dir}/data`);
  const flags = MODEL.containers
    .find(({ service }) => service === "prometheus")
    ?.command.map((flag) => here(flag).replace("0.0.0.0:9090", `127.0.0.1:${at}`).replace("=/data", `=${dir}/data`));
  const child = spawn("/usr/bin/prometheus", flags ?? [], { cwd: dir, stdio: ["ignore", "ignore", "pipe"] });
  child.stderr?.on("data", (part: Buffer) => {
    output = (output + part.toString()).slice(-8000);
  });
  return child;
}

/** The values of a query's series, by their labels. */
async function query(text: string): Promise<{ metric: Record<string, string>; value: number }[]> {
  const { body } = await agent.ask("operator", `/api/v1/query?query=${encodeURIComponent(text)}`, port);
  const { data } = JSON.parse(body) as {
    data: { result: { metric: Record<string, string>; value: [number, string] }[] };
  };
  return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
}

describe("Prometheus, as it is configured", () => {
  it("scrapes a program through the agent, and its series say whose they are", async () => {
    expect(await until(async () => (await query("dsmil_requests_total")).length === 1), output).toBe(true);
    const [found] = await query("dsmil_requests_total");
    expect(found).toMatchObject({
      value: 7,
      metric: {
        ...{ job: "services", instance: CONTAINER, container: CONTAINER, node: "node-a", service: "l3-router" },
        ...{ layer: "L3", device: "18", tenant: "alpha", tenant_id: "ALPHA", device_id: "18" },
      },
    });
  });

  it("has the agent, the containers and itself as targets, all of them up", async () => {
    const jobs = async () => (await query("sum by (job) (up)")).map(({ metric, value }) => `${metric.job} ${value}`);
    const all = ["agents 1", "containers 1", "prometheus 1", "services 1"];
    expect(await until(async () => (await jobs()).sort().join() === all.join()), (await jobs()).join()).toBe(true);
    const [up] = await query("dsmil_container_up");
    expect(up).toMatchObject({ value: 1, metric: { container: CONTAINER, tenant: "alpha", node: "node-a" } });
  });

  it("shows a container that is gone as down, and takes a tenant's targets without a restart", async () => {
    agent.targets("bravo", [{ ...target("dsmil-l3-router-bravo") }]);
    const down = async () => (await query('up{instance="dsmil-l3-router-bravo"}'))[0]?.value === 0;
    expect(await until(down), output).toBe(true);
    rmSync(`${agent.dir}/targets/bravo`, { recursive: true });
    expect(await until(async () => (await query('up{instance="dsmil-l3-router-bravo"}')).length === 0)).toBe(true);
  });

  it("answers operators alone: no certificate of the fleet's own CA gets in", async () => {
    for (const client of ["none", "node", "prometheus"] as const) {
      await expect(agent.ask(client, "/api/v1/query?query=up", port), client).rejects.toThrow();
    }
    expect((await agent.ask("operator", "/api/v1/query?query=up", port)).status).toBe(200);
  });

  it("takes rules when it is told to, and goes on with what it had when they are broken", async () => {
    const rule = "groups: [{ name: t, rules: [{ record: 'dsmil:test', expr: 'vector(5)' }] }]\n";
    writeFileSync(`${agent.dir}/rules.yml`, rule);
    prometheus.kill("SIGHUP");
    expect(await until(async () => (await query("dsmil:test"))[0]?.value === 5), output).toBe(true);
    writeFileSync(`${agent.dir}/rules.yml`, "groups: [{ name: t, rules: [{ record: 'x', expr: '(' }] }]\n");
    prometheus.kill("SIGHUP");
    expect(await until(async () => (await query("prometheus_config_last_reload_successful"))[0]?.value === 0)).toBe(
      true,
    );
    expect((await query("dsmil:test"))[0]?.value).toBe(5);
  });
});
