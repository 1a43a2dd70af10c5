import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { stringify } from "yaml";
import { addBufferGauges } from "../../../images/l3-router/src/ingest/buffer-metrics.ts";
import { SocCounter } from "../../../images/l8-analytics/src/soc-counter.ts";
import { SignalCounter } from "../../../images/l8-signals/src/signal-counter.ts";
import { proposalCounter } from "../../../images/l8-soar/src/proposal-counter.ts";
import type { SocAnswer } from "../../../images/runtime/control/soc.ts";
import { Metrics } from "../../../images/runtime/metrics.ts";
import { freePort } from "../../../infra/lab/free-port.ts";
import { startPrometheus } from "../dashboards/prometheus-server.ts";
import { ctl } from "./ctl.ts";
import { type ControlRig, startControl, until, type Who } from "./rig.ts";

const WAIT = { timeout: 60_000, interval: 500 };

const dir = mkdtempSync(join(tmpdir(), "dsmil-soc-"));
const tenants = ["alpha", "bravo"];
let rig: ControlRig;
let programs: readonly Awaited<ReturnType<typeof startProgram>>[] = [];
let server: Awaited<ReturnType<typeof startPrometheus>>;
let work: ReturnType<typeof setInterval>;

/** A tenant's Layer 8 in one process: what it counts is real, Prometheus too. */
async function startProgram(tenant: string) {
  const id = tenant.toUpperCase();
  const metrics = new Metrics({
    ...{ node: "node-a", service: "l8-analytics", device: 52, layer: 8, tokenIdBase: 0x809c, tenant: id },
    ...{ logLevel: "info", httpPort: 8080 },
  });
  const soc = new SocCounter(metrics, id, 52);
  const signals = new SignalCounter(metrics, id);
  const proposals = proposalCounter(metrics.registry);
  addBufferGauges(metrics.registry, { waiting: () => 7, bytes: () => 700, oldest: () => 3.5 });
  const http: Server = createServer((_request, response) => {
    metrics.registry
      .metrics()
      .then((text) => response.setHeader("content-type", Registry.PROMETHEUS_CONTENT_TYPE).end(text));
  }).listen(0, "127.0.0.1");
  await once(http, "listening");
  const labels = { node: "node-a", layer: "L8", device: "52", service: "l8-analytics", tenant };
  return {
    http,
    target: { port: (http.address() as AddressInfo).port, labels },
    work() {
      metrics.processed("SOC_FUSE", 10);
      soc.told({ severity: "HIGH", l3: { score: 0.9, decision: "ALERT", rules: [] } });
      if (tenant === "bravo") signals.found("INTEL_MATCH");
    },
    /** A series that is new, with its first event. */
    propose: () => proposals.inc({ tenant_id: id, device_id: "58", action: "BLOCK_IP", result: "proposed" }),
  };
}

/** What the control API tells, which asks this Prometheus over TLS. */
async function figures(who: Who, query = ""): Promise<SocAnswer> {
  const { status, body } = await rig.ask(who, `/v1/soc${query}`);
  expect({ status, body }).toMatchObject({ status: 200 });
  return JSON.parse(body);
}

beforeAll(async () => {
  programs = await Promise.all(tenants.map(startProgram));
  const port = await freePort();
  rig = await startControl({ PROMETHEUS_NAME: "localhost", PROMETHEUS_PORT: String(port) });
  const certs = `${rig.dir}/certs`;
  const tls = { cert_file: `${certs}/tls.crt`, key_file: `${certs}/tls.key` };
  const clients = { client_auth_type: "RequireAndVerifyClientCert", client_ca_file: `${rig.dir}/ca.crt` };
  writeFileSync(join(dir, "web.yml"), stringify({ tls_server_config: { ...tls, ...clients } }));
  const argv = [`--web.config.file=${dir}/web.yml`];
  const ready = async () => (await rig.ask("anna", "/v1/soc")).status === 200;
  server = await startPrometheus(
    dir,
    programs.map(({ target }) => target),
    { port, argv, ready },
  );
  work = setInterval(() => {
    for (const program of programs) program.work();
  }, 200);
  await vi.waitUntil(async () => (await figures("anna")).seen.length >= 3, WAIT);
  programs[1]?.propose();
  await vi.waitUntil(async () => (await figures("anna")).seen.length >= 4, WAIT);
  // A rate needs two looks of Prometheus, which has begun with one program before the other.
  await vi.waitUntil(async () => (await figures("anna")).rates.length >= tenants.length, WAIT);
}, 120_000);
afterAll(async () => {
  clearInterval(work);
  for (const { http } of programs) {
    http.close();
    http.closeAllConnections();
  }
  await server?.end("SIGTERM");
  await rig?.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe("the SOC's figures before a real Prometheus", () => {
  it("are rates, what was counted with severity and decision, and backlogs of all tenants", async () => {
    const { rates, seen, waiting } = await figures("anna");
    expect(rates.map(({ tenant, layer, what }) => [tenant, layer, what])).toEqual([
      ["alpha", "L8", "SOC_FUSE"],
      ["bravo", "L8", "SOC_FUSE"],
    ]);
    expect(rates.every(({ perSecond }) => perSecond > 0)).toBe(true);
    expect(seen).toContainEqual(
      expect.objectContaining({ kind: "event", tenant: "alpha", layer: "L8", severity: "HIGH", decision: "ALERT" }),
    );
    expect(seen).toContainEqual(expect.objectContaining({ kind: "finding", tenant: "bravo", what: "INTEL_MATCH" }));
    // Its series began with it.
    const proposal = { kind: "proposal", tenant: "bravo", what: "BLOCK_IP", decision: "proposed", count: 1 };
    expect(seen).toContainEqual(expect.objectContaining(proposal));
    expect(waiting).toEqual(tenants.map((tenant) => ({ tenant, lines: 7, oldestSeconds: 3.5 })));
  });

  it("are of a tenant alone where that is asked for", async () => {
    const own = await figures("anna", "?tenant=alpha");
    expect([own.rates.length, own.waiting.length]).toEqual([1, 1]);
    expect(JSON.stringify(own)).not.toMatch(/bravo/i);
    expect(JSON.stringify(await figures("anna", "?tenant=charlie"))).not.toMatch(/alpha|bravo/i);
  });

  it("are of an operator's own tenants whatever is asked for", async () => {
    const own = await figures("bob");
    expect([own.rates.map(({ tenant }) => tenant), own.waiting.map(({ tenant }) => tenant)]).toEqual([
      ["bravo"],
      ["bravo"],
    ]);
    expect(JSON.stringify(own)).not.toMatch(/alpha/i);
    expect((await rig.ask("bob", "/v1/soc?tenant=alpha")).status).toBe(403);
    rig.operators({ bob: { tenants: [] } });
    expect(await until(async () => (await figures("bob")).rates.length === 0)).toBe(true);
    expect(await figures("bob")).toMatchObject({ rates: [], seen: [], alerts: [], waiting: [] });
    rig.operators();
    expect(await until(async () => (await figures("bob")).rates.length === 1)).toBe(true);
  });

  it("are as the OpenAPI document says", async () => {
    const { paths } = JSON.parse((await rig.ask("anna", "/openapi.json")).body);
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    const { schema } = paths["/v1/soc"].get.responses[200].content["application/json"];
    expect([ajv.validate(schema, await figures("anna")), ajv.errors]).toEqual([true, null]);
  });

  it("are shown by dsmilctl on 80 columns, as JSON, and not to a viewer", async () => {
    const { code, stdout } = await ctl(rig, "anna", "soc", "top");
    expect(code).toBe(0);
    expect(stdout).toMatch(/L8 +alpha +SOC_FUSE/);
    expect(stdout).toMatch(/HIGH +L8 +bravo +ALERT +\d+ +events/);
    expect(stdout).toContain("lines wait: alpha 7, the oldest for 4 s");
    expect(stdout).not.toContain("\u001b");
    expect(Math.max(...stdout.split("\n").map((line) => [...line].length))).toBeLessThanOrEqual(80);
    const json = await ctl(rig, "bob", "soc", "top", "--json", "--tenant", "bravo");
    expect(JSON.parse(json.stdout)).toMatchObject({ waiting: [{ tenant: "bravo" }] });
    expect(await ctl(rig, "bob", "soc", "top", "--tenant", "alpha")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("403 wrong_tenant"),
    });
    expect(await ctl(rig, "vera", "soc", "top")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("role analyst"),
    });
  });

  it("say about when the newest was counted", async () => {
    await vi.waitUntil(async () => (await figures("anna")).seen.some(({ last }) => last !== undefined), {
      timeout: 40_000,
      interval: 1000,
    });
    const { seen } = await figures("anna");
    for (const { last } of seen.filter(({ kind }) => kind === "event"))
      expect(Date.now() - Date.parse(last ?? "")).toBeLessThan(60_000);
  }, 60_000);
});
