import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AgentRig, startAgent, until } from "./rig.ts";

const A = "a".repeat(64);
const B = "b".repeat(64);
const C = "c".repeat(64);

let agent: AgentRig;
let program: Server;
let reply = (): [number, string, string] => [200, "text/plain; version=0.0.4", "up_of_program 1\n"];

beforeAll(async () => {
  agent = await startAgent();
  program = createServer((_request, response) => {
    const [status, type, body] = reply();
    response.writeHead(status, { "content-type": type }).end(body);
  });
  await new Promise<void>((done) => program.listen(0, "127.0.0.1", done));
  const { port } = program.address() as AddressInfo;
  const labels = { node: "node-a", service: "l3-router", tenant: "alpha" };
  const entry = { job: "services", scheme: "http", port, path: "/metrics", labels };
  agent.engine(A, config(A, "dsmil-l3-router-alpha"));
  agent.engine(B, config(B, "dsmil-stopped", { running: false }));
  agent.engine(C, config(C, "other", { labels: {} }));
  agent.targets("alpha", [{ ...entry, container: "dsmil-l3-router-alpha" }]);
  agent.targets("shared", [...["dsmil-stopped", "other", "dsmil-gone"].map((container) => ({ ...entry, container }))]);
  await until(async () => JSON.parse((await agent.ask("prometheus", "/targets")).body).length === 4);
});
afterAll(async () => {
  program.close();
  await agent.stop();
});

const OURS = { "dsmil.node": "node-a", "dsmil.service": "l3-router", "dsmil.tenant": "alpha" };
interface Made {
  readonly running?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
}

const config = (id: string, name: string, { running = true, labels = OURS }: Made = {}) => ({
  ID: id,
  Name: `/${name}`,
  RestartCount: 3,
  Config: { Labels: labels },
  State: { Running: running, StartedAt: "2026-01-01T00:00:00Z", Health: { Status: "healthy" } },
  NetworkSettings: { Networks: { host: { IPAddress: "" } } },
});

describe("a node's agent", () => {
  it("passes on what a container says, and names every target of the node, running or not", async () => {
    const scraped = await agent.ask("prometheus", "/scrape/dsmil-l3-router-alpha");
    expect(scraped).toMatchObject({ status: 200, body: "up_of_program 1\n" });
    const found = JSON.parse((await agent.ask("prometheus", "/targets")).body) as {
      targets: string[];
      labels: Record<string, string>;
    }[];
    expect(found.map(({ labels }) => labels.instance).sort()).toEqual([
      ...["dsmil-gone", "dsmil-l3-router-alpha", "dsmil-stopped", "other"],
    ]);
    expect(found.find(({ labels }) => labels.tenant === "alpha")).toEqual(
      expect.objectContaining({
        targets: [`localhost:${agent.port}`],
        labels: expect.objectContaining({ __metrics_path__: "/scrape/dsmil-l3-router-alpha", job: "services" }),
      }),
    );
  });

  it("asks only what is a target, runs and is the fleet's", async () => {
    for (const [name, status, code] of [
      ["dsmil-stopped", 502, "not_running"],
      ["other", 502, "not_running"],
      ["dsmil-gone", 502, "not_running"],
      ["dsmil-l3-router-bravo", 404, "unknown"],
      ["..%2f..%2fetc%2fpasswd", 404, "unknown"],
      ["127.0.0.1:22", 404, "unknown"],
    ] as const) {
      const { status: got, body } = await agent.ask("prometheus", `/scrape/${name}`);
      expect([name, got, JSON.parse(body).error.code]).toEqual([name, status, code]);
    }
  });

  it("lets nobody in but Prometheus: not without a certificate, not with a node's, not with an operator's", async () => {
    expect((await agent.ask("node", "/metrics")).status).toBe(401);
    await expect(agent.ask("none", "/metrics")).rejects.toThrow();
    await expect(agent.ask("operator", "/metrics")).rejects.toThrow();
  });

  it("bounds what it passes on", async () => {
    const good = reply;
    reply = () => [200, "text/plain", "x".repeat(5 * 1024 * 1024)];
    expect(JSON.parse((await agent.ask("prometheus", "/scrape/dsmil-l3-router-alpha")).body).error.code).toBe(
      "too_large",
    );
    reply = () => [200, "text/html", "<p>"];
    expect(JSON.parse((await agent.ask("prometheus", "/scrape/dsmil-l3-router-alpha")).body).error.code).toBe(
      "refused",
    );
    reply = () => [302, "text/plain", ""];
    expect(JSON.parse((await agent.ask("prometheus", "/scrape/dsmil-l3-router-alpha")).body).error.code).toBe(
      "refused",
    );
    reply = good;
    expect((await agent.ask("prometheus", "/scrape/dsmil-l3-router-alpha")).status).toBe(200);
  });

  it("tells of the fleet's containers what the engine and the kernel say, and of no other's", async () => {
    const group = (controller: string) => `${agent.dir}/cgroup/${controller}/docker/${A}`;
    for (const controller of ["cpuacct", "memory"]) mkdirSync(group(controller), { recursive: true });
    writeFileSync(`${group("cpuacct")}/cpuacct.usage`, "2500000000\n");
    writeFileSync(`${group("memory")}/memory.usage_in_bytes`, "3000\n");
    writeFileSync(`${group("memory")}/memory.stat`, "cache 5\ntotal_inactive_file 1000\n");
    const { body } = await agent.ask("prometheus", "/containers/metrics");
    const labels = 'container="dsmil-l3-router-alpha",service="l3-router",tenant="alpha"';
    expect(body).toContain(`dsmil_container_cpu_seconds_total{${labels}} 2.5\n`);
    expect(body).toContain(`dsmil_container_memory_bytes{${labels}} 2000\n`);
    expect(body).toContain(`dsmil_container_restarts_total{${labels}} 3\n`);
    expect(body).toContain(`dsmil_container_up{${labels}} 1\n`);
    expect(body).toContain('dsmil_container_up{container="dsmil-stopped",service="l3-router",tenant="alpha"} 0\n');
    expect(body).not.toContain("other");
    expect(body).not.toContain("memory_limit_bytes{");
  });

  it("tells of the disks, and of what it did", async () => {
    const { body } = await agent.ask("prometheus", "/metrics");
    expect(body).toMatch(/^node_filesystem_avail_bytes\{mountpoint="\/var\/lib\/docker"\} \d+$/m);
    expect(body).toMatch(/^dsmil_agent_scrapes_total\{result="ok"\} \d+$/m);
  });

  it("keeps what it knew while an engine's file cannot be understood, and answers on", async () => {
    agent.engine(B, "{ not json");
    await new Promise((done) => setTimeout(done, 1100));
    expect((await agent.ask("prometheus", "/containers/metrics")).body).not.toContain("dsmil-stopped");
    expect((await agent.ask("prometheus", "/scrape/dsmil-l3-router-alpha")).status).toBe(200);
  });
});
