import { rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { follows, readEntry } from "../../../images/runtime/control/trail.ts";
import { fill, ID } from "./fleet.ts";
import { type ControlRig, startControl, until, type Who } from "./rig.ts";

let rig: ControlRig;
let program: Server;
let report: [number, string] = [200, JSON.stringify({ status: "healthy", checks: { redis: true } })];

beforeAll(async () => {
  program = createServer((_request, response) => {
    response.writeHead(report[0], { "content-type": "application/json" }).end(report[1]);
  });
  await new Promise<void>((done) => program.listen(0, "127.0.0.1", done));
  rig = await startControl();
  fill(rig, (program.address() as AddressInfo).port);
  await until(async () => (await json("vera", "/v1/tenants")).tenants.length === 2);
  // What the engine tells is read again every few seconds.
  const running = async () =>
    (await json("vera", "/v1/status")).containers.filter(({ state }: { state: string }) => state === "running").length;
  await until(async () => (await running()) === 3);
}, 60_000);
afterAll(async () => {
  program.close();
  await rig.stop();
});

async function json(who: Who, path: string) {
  const { status, body } = await rig.ask(who, path);
  expect({ path, status, body }).toMatchObject({ status: 200 });
  return JSON.parse(body);
}

async function refusal(who: Who, path: string) {
  const { status, headers, body } = await rig.ask(who, path);
  expect(headers["content-type"]).toBe("application/problem+json");
  const problem = JSON.parse(body);
  expect(problem).toMatchObject({ type: "about:blank", status });
  return [status, problem.code];
}

const lastEntry = (of?: "nobody") => readEntry(rig.trail(of).at(-1) ?? "");

describe("who may ask", () => {
  it.each([
    ["nobody", "no_certificate"],
    ["stranger", "untrusted_certificate"],
    ["expired", "certificate_expired"],
    ["unlisted", "unknown_operator"],
    ["rex", "revoked"],
  ] as const)("%s is refused with %s, and the call is written down", async (who, code) => {
    for (const path of ["/v1/status", "/openapi.json", "/nothing"]) {
      expect(await refusal(who, path)).toEqual([401, code]);
      expect(lastEntry("nobody")).toMatchObject({ what: "GET", path, status: 401, code, client: "127.0.0.1" });
      expect(lastEntry("nobody")).not.toHaveProperty("operator");
    }
  });

  it("refuses a role that is too low, and another tenant, and says who asked", async () => {
    expect(await refusal("vera", "/v1/logs")).toEqual([403, "wrong_role"]);
    expect(await refusal("vera", "/v1/soc")).toEqual([403, "wrong_role"]);
    expect(lastEntry()).toMatchObject({ operator: "vera", role: "viewer", path: "/v1/soc", status: 403 });
    expect(await refusal("anna", "/v1/audit")).toEqual([403, "wrong_role"]);
    for (const path of [
      "/v1/tenants/alpha",
      "/v1/tenants/nosuch",
      "/v1/logs?tenant=alpha",
      "/v1/logs?container=dsmil-l3-router-alpha",
      "/v1/soc?tenant=alpha",
      "/v1/soc?tenant=nosuch",
      "/v1/logs?container=dsmil-shrink",
      "/v1/services/dsmil-l3-router-alpha/health",
      "/v1/services/dsmil-shrink/health",
      "/v1/services/nosuch/health",
    ]) {
      expect([path, ...(await refusal("bob", path))]).toEqual([path, 403, "wrong_tenant"]);
      expect(lastEntry()).toMatchObject({ operator: "bob", status: 403, code: "wrong_tenant" });
    }
  });

  it("takes a change of role, a revocation and a new operator without a restart", async () => {
    rig.operators({ vera: { role: "analyst" }, anna: { revoked: true }, rex: { revoked: false } });
    const changed = async () => (await rig.ask("vera", "/v1/logs")).status === 200;
    expect(await until(changed)).toBe(true);
    expect(await refusal("anna", "/v1/status")).toEqual([401, "revoked"]);
    expect((await rig.ask("rex", "/v1/status")).status).toBe(200);
    rig.operators({ vera: null });
    expect(await until(async () => (await rig.ask("vera", "/v1/status")).status === 401)).toBe(true);
    rig.operators();
    expect(await until(async () => (await rig.ask("vera", "/v1/logs")).status === 403)).toBe(true);
  });

  it("keeps the operators of before when the file cannot be understood", async () => {
    rig.operators({ vera: { role: "emperor" } });
    expect(await until(async () => rig.output().includes("operators not read"))).toBe(true);
    expect((await rig.ask("vera", "/v1/status")).status).toBe(200);
    rig.operators();
  });
});

describe("what is told", () => {
  it("shows all of the node to who sees all tenants", async () => {
    const { node, containers } = await json("vera", "/v1/status");
    expect(node).toMatchObject({ id: "node-a", load: [expect.anything(), expect.anything(), expect.anything()] });
    expect(
      containers.map((one: { name: string; state: string; health: string }) => [one.name, one.state, one.health]),
    ).toEqual([
      ["dsmil-gone", "missing", "none"],
      ["dsmil-l3-router-alpha", "running", "healthy"],
      ["dsmil-l3-router-bravo", "running", "healthy"],
      ["dsmil-shrink", "running", "unhealthy"],
    ]);
    expect(containers[1]).toMatchObject({
      tenant: "alpha",
      layer: "L3",
      device: 18,
      restarts: 3,
      memoryLimitBytes: 134217728,
    });
  });

  it("shows a tenant's operator its own, of shared ones no detail, of others nothing", async () => {
    const { containers } = await json("bob", "/v1/status");
    expect(containers.map(({ name }: { name: string }) => name)).toEqual([
      ...["dsmil-gone", "dsmil-l3-router-bravo", "dsmil-shrink"],
    ]);
    expect(containers[1]).toHaveProperty("restarts");
    expect(containers[2]).toEqual({ name: "dsmil-shrink", service: "shrink", state: "running", health: "unhealthy" });
    for (const path of ["/v1/status", "/v1/tenants", "/v1/devices/18", "/v1/logs", "/v1/tenants/bravo"]) {
      expect((await rig.ask("bob", path)).body).not.toContain("alpha");
    }
  });

  it("tells of tenants, devices and health", async () => {
    expect(await json("bob", "/v1/tenants")).toEqual({
      tenants: [{ id: "bravo", roeLevel: "SOC_ASSIST", containers: 1 }],
    });
    expect(await json("vera", "/v1/tenants/alpha")).toMatchObject({ id: "alpha", retention: { archiveDays: 365 } });
    expect(await json("vera", "/v1/devices/18")).toMatchObject({ tokens: ["0x8036", "0x8037", "0x8038"] });
    const health = "/v1/services/dsmil-l3-router-bravo/health";
    expect(await json("bob", health)).toMatchObject({ status: 200, report: { checks: { redis: true } } });
    report = [200, "x".repeat(100_000)];
    expect(await refusal("bob", health)).toEqual([502, "no_answer"]);
    report = [200, "no JSON"];
    expect(await refusal("bob", health)).toEqual([502, "no_report"]);
    expect(await refusal("vera", "/v1/services/dsmil-gone/health")).toEqual([404, "not_found"]);
    expect(await refusal("vera", "/v1/slo")).toEqual([404, "not_found"]);
  });

  it("finds lines of logs by tenant, level, time and text", async () => {
    const texts = async (query: string) =>
      (await json("anna", `/v1/logs?${query}`)).lines.map(({ text }: { text: string }) => JSON.parse(text).msg);
    expect(await texts("")).toEqual(["alpha began", "bravo began", "alpha stumbled", "bravo stumbled"]);
    expect(await texts("limit=1")).toEqual(["bravo stumbled"]);
    expect(await texts("level=warn&tenant=alpha")).toEqual(["alpha stumbled"]);
    expect(await texts("grep=BEGAN&since=2026-01-01T00:00:01.500Z")).toEqual(["alpha began", "bravo began"]);
    expect(await texts("since=2026-01-01T00:00:02Z")).toEqual(["alpha stumbled", "bravo stumbled"]);
  });
});

describe("a log that the engine began anew", () => {
  const rotated = () => `${rig.dir}/engine/${ID.alpha}/${ID.alpha}-json.log.1`;
  afterAll(() => rmSync(rotated()));

  it("is told as cut, where what is wanted may be in the file before", async () => {
    const cut = async (query: string) => (await json("anna", `/v1/logs?${query}`)).cut;
    expect(await cut("since=2025-12-31T00:00:00Z")).toEqual([]);
    writeFileSync(rotated(), "");
    expect(await cut("since=2025-12-31T00:00:00Z")).toEqual(["dsmil-l3-router-alpha"]);
    expect(await cut("")).toEqual(["dsmil-l3-router-alpha"]);
    expect(await cut("since=2026-01-01T00:00:02Z")).toEqual([]);
    expect(await cut("limit=1")).toEqual([]);
  });
});

describe("what is no good", () => {
  it.each([
    ["/v1/status?x=1", 400],
    ["/v1/logs?limit=0", 400],
    ["/v1/logs?limit=100000", 400],
    ["/v1/logs?since=yesterday", 400],
    ["/v1/logs?level=loud", 400],
    ["/v1/soc?tenant=a%7Cb", 400],
    ["/v1/soc", 404],
    ["/v1/tenants/ALPHA", 400],
    ["/v1/devices/104", 400],
    ["/v1/devices/17", 404],
    ["/v1/services/..%2f..%2fetc/health", 400],
    ["/nothing", 404],
    ["/v1/tenants/%E0", 404],
    [`/v1/tenants/${"x".repeat(200)}`, 400],
  ] as const)("%s is answered %i", async (path, status) => {
    expect((await refusal("ada", path))[0]).toBe(status);
    const written = path.split("?")[0]?.replaceAll("%2f", "/").slice(0, 256);
    expect(lastEntry()).toMatchObject({ path: written, status });
  });

  it("takes GET alone", async () => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
      const { status, headers } = await rig.ask("ada", "/v1/tenants/alpha", { method });
      expect([method, status, headers.allow]).toEqual([method, 405, "GET"]);
    }
    expect((await rig.ask("ada", "/v1/status", { method: "POST", body: "{}" })).status).toBe(405);
  });
});

describe("the OpenAPI document", () => {
  const PATHS = [
    ["/v1/status", "/v1/status", "ada"],
    ["/v1/tenants", "/v1/tenants", "vera"],
    ["/v1/tenants/{id}", "/v1/tenants/alpha", "ada"],
    ["/v1/tenants/{id}", "/v1/tenants/ALPHA", "ada"],
    ["/v1/devices/{id}", "/v1/devices/17", "ada"],
    ["/v1/logs", "/v1/logs?limit=5", "ada"],
    ["/v1/logs", "/v1/logs", "vera"],
    ["/v1/slo", "/v1/slo", "ada"],
    ["/v1/soc", "/v1/soc", "ada"],
    ["/v1/soc", "/v1/soc?tenant=alpha", "bob"],
    ["/v1/audit", "/v1/audit?limit=2", "ada"],
    ["/v1/status", "/v1/status", "nobody"],
  ] as const;
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);

  it("has a server's every route, and an answer for every refusal", async () => {
    const { openapi, paths } = await json("ada", "/openapi.json");
    expect(openapi).toBe("3.1.0");
    expect(Object.keys(paths).sort()).toEqual(
      [...new Set([...PATHS.map(([route]) => route as string), "/v1/services/{name}/health"])].sort(),
    );
    for (const { get } of Object.values<{ get: { responses: object } }>(paths))
      expect(Object.keys(get.responses)).toEqual(expect.arrayContaining(["200", "401", "429", "503"]));
  });

  it.each(PATHS)("tells the truth of %s, asked as %s by %s", async (route, path, who) => {
    const { paths } = await json("ada", "/openapi.json");
    const { status, headers, body } = await rig.ask(who, path);
    const type = String(headers["content-type"]).split(";")[0] ?? "";
    const schema = paths[route].get.responses[status]?.content[type]?.schema;
    expect(schema, `${path}: ${status} ${type}`).toBeDefined();
    expect([ajv.validate(schema, JSON.parse(body)), ajv.errors]).toEqual([true, null]);
  });
});

describe("the trail", () => {
  it("is one chain, and an admin sees it", async () => {
    const lines = rig.trail().map((line) => readEntry(line));
    const whole = lines.every((entry, i) => entry && (i === 0 || follows(lines[i - 1] as never, entry)));
    expect([lines.length > 30, whole]).toEqual([true, true]);
    const { last, whole: told, entries } = await json("ada", "/v1/audit?limit=3");
    expect([told, entries.length, entries[2].seq]).toEqual([true, 3, last]);
    expect(JSON.stringify(lines)).not.toMatch(/grep|BEGAN/);
  });
});
