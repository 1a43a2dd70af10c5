import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LogGate } from "../../../images/log-gate/src/app.ts";
import { readConfig as gateConfig } from "../../../images/log-gate/src/config.ts";
import { LogShipper } from "../../../images/log-shipper/src/app.ts";
import { readConfig as shipperConfig } from "../../../images/log-shipper/src/config.ts";
import type { AskGate } from "../../../infra/cli/logs/ask-loki.ts";
import { collectFromLoki } from "../../../infra/cli/logs/collect-loki.ts";
import type { LogLine } from "../../../infra/cli/logs/types.ts";
import { type HttpsCall, httpsRequest } from "../../../infra/cli/stores/https-request.ts";
import { Credentials, type KnownCredentials } from "../../../infra/isolation/drivers/credentials.ts";
import type { Doors } from "../../../infra/isolation/drivers/doors.ts";
import { HttpsDriver } from "../../../infra/isolation/drivers/https-driver.ts";
import { planIsolation } from "../../../infra/isolation/plan.ts";
import { runPlan } from "../../../infra/isolation/run.ts";
import { loadManifestText } from "../../component/manifest.ts";
import { makeCertificates } from "../support/certificates.ts";
import { until } from "../support/fabric.ts";
import { LokiServer, noLoki } from "../support/loki-server.ts";
import { EngineLogger } from "./engine-logger.ts";

/** Seconds that Loki is away under load; `OUTAGE=600` makes it the ten minutes that are promised. */
const OUTAGE_S = Number(process.env.OUTAGE ?? 20);
const reason = noLoki();
if (reason !== undefined) process.stderr.write(`skipped: ${reason}\n`);

const SOURCES = [
  { name: "dsmil-l3-router", service: "l3-router", node: "node-a", tenant: "alpha", layer: "L3", device: 18 },
  { name: "dsmil-l4-classifier", service: "l4-classifier", node: "node-a", tenant: "bravo" },
  { name: "dsmil-redis", service: "redis", node: "node-a" },
] as const;
const [ALPHA, BRAVO] = SOURCES;

describe.skipIf(reason !== undefined)("shipper, gate and the real Loki", () => {
  let dir: string;
  let loki: LokiServer;
  let gate: LogGate;
  let shipper: LogShipper;
  let port = 0;
  let router: EngineLogger;
  const quiet = pino({ level: "silent" });
  const json = (n: number): string => JSON.stringify({ level: n % 10 === 0 ? "warn" : "info", msg: "line", n });

  beforeAll(async () => {
    dir = mkdtempSync("/tmp/dsmil-loki-");
    makeCertificates(dir);
    issue("shipper", "log-shipper.node-a.dsmil.local");
    issue("node", "node-a.dsmil.local");
    for (const id of ["alpha", "bravo", "operator"]) {
      mkdirSync(`${dir}/tokens/${id}`, { recursive: true });
      writeFileSync(`${dir}/tokens/${id}/token_sha256`, createHash("sha256").update(`token-${id}`).digest("hex"));
      writeFileSync(`${dir}/tokens/${id}/log_tenant`, `${id}.0123456789`);
    }
    renameSync(`${dir}/tokens/operator`, `${dir}/operator`);
    loki = await LokiServer.start(dir, { "alpha.0123456789": 72 });
    gate = new LogGate(gateConfig({ ...gateSettings(), LOKI_URL: loki.url }), quiet);
    port = (await gate.start()).api;
    const engine = (digit: string, { tenant = "shared", ...rest }: Record<string, string>) =>
      new EngineLogger(`${dir}/containers`, digit.repeat(64), { tenant, node: "node-a", ...rest }, FILES);
    router = engine("a", { tenant: "alpha", service: "l3-router", layer: "L3", device: "18" });
    const classifier = engine("b", { tenant: "bravo", service: "l4-classifier" });
    const redis = engine("c", { service: "redis" });
    for (let n = 0; n < 2500; n++) router.line(json(n));
    for (let n = 0; n < 50; n++) classifier.line(json(n));
    redis.line("8:M 21 Nov 2026 14:00:01.123 # WARNING overcommit");
    await startShipper();
  }, 180_000);

  afterAll(async () => {
    await shipper?.stop();
    await gate?.stop();
    await loki?.end();
    rmSync(dir, { recursive: true });
  }, 60_000);

  /** A client's certificate of the fleet's CA in a folder of its own. */
  function issue(folder: string, name: string): void {
    const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: dir, stdio: "pipe" });
    const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    mkdirSync(`${dir}/${folder}`);
    openssl("req", ...ec, "-keyout", `${folder}/tls.key`, "-out", "s.csr", "-subj", `/CN=${name}`);
    writeFileSync(`${dir}/s.ext`, "extendedKeyUsage=clientAuth\n");
    const by = ["-CA", "ca.crt", "-CAkey", "ca.key", "-days", "2", "-extfile", "s.ext"];
    openssl("x509", "-req", "-in", "s.csr", ...by, "-out", `${folder}/tls.crt`);
  }
  const pair = (folder: string) => ({
    cert: readFileSync(`${dir}/${folder}/tls.crt`, "utf8"),
    key: readFileSync(`${dir}/${folder}/tls.key`, "utf8"),
  });

  const gateSettings = () => ({
    ...{ CERTS_DIR: dir, CA_FILE: `${dir}/ca.crt`, TENANTS_DIR: `${dir}/tokens` },
    ...{ OPERATOR_FILE: `${dir}/operator/token_sha256`, NODE_ID: "node-c", HTTP_PORT: "0", GATE_PORT: "0" },
    ...{ NODES: "node-a", DOMAIN: "dsmil.local" },
  });

  async function startShipper(): Promise<void> {
    const config = shipperConfig({
      ...{ CONTAINERS_DIR: `${dir}/containers`, POSITIONS_DIR: `${dir}/positions`, CERTS_DIR: `${dir}/shipper` },
      ...{ CA_FILE: `${dir}/ca.crt`, NODE_ID: "node-a", HTTP_PORT: "0", LOOK_MS: "50" },
      GATE_URL: `https://localhost:${port}`,
    });
    shipper = new LogShipper(config, quiet);
    await shipper.start();
  }

  const endpoint = () => ({
    ...{ host: "127.0.0.1", port, servername: "localhost" },
    ca: readFileSync(`${dir}/ca.crt`, "utf8"),
  });
  /** Asks as whoever has the token, with these headers instead of the tenant's. */
  const as =
    (token: string, headers: Record<string, string> = {}): AskGate =>
    (path, tenant) => {
      const named = token === "operator" && tenant !== undefined ? { "x-dsmil-tenant": tenant } : {};
      const all = { authorization: `Bearer token-${token}`, ...named, ...headers };
      const mostBody = 32 * 1024 * 1024;
      return httpsRequest(endpoint(), { method: "GET", path, headers: all, timeoutMs: 30_000, mostBody });
    };
  const filter = { since: new Date(Date.now() - 3_600_000), limit: 100_000 };
  const lines = (ask: AskGate, sources: readonly (typeof SOURCES)[number][] = SOURCES): Promise<readonly LogLine[]> =>
    collectFromLoki(sources, filter, ask, new AbortController().signal);
  const numbers = async (): Promise<number[]> =>
    (await lines(as("operator"), [ALPHA])).map(({ line }) => (JSON.parse(line) as { n: number }).n);
  const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
  const arrived = (count: number, timeoutMs = 60_000) =>
    until(async () => (await numbers().catch(() => [])).length >= count, timeoutMs);
  const asked = async (token: string, path: string, headers: Record<string, string> = {}) =>
    as(token, headers)(`/loki/api/v1/${path}`, undefined);

  it("takes what is pushed: each line once, in order, with its labels, and wrapped ones as they were", async () => {
    await arrived(2500);
    expect(await numbers()).toEqual(upTo(2500));
    await until(async () => (await lines(as("operator"))).length === 2551);
    const all = await lines(as("operator"));
    expect(all.find(({ tenant }) => tenant === "alpha")).toMatchObject({
      ...about(ALPHA),
      level: "warn",
      line: json(0),
    });
    expect(all.filter(({ service }) => service === "redis")).toMatchObject([
      { level: "warn", line: "8:M 21 Nov 2026 14:00:01.123 # WARNING overcommit" },
    ]);
    const warnings = await collectFromLoki(
      [ALPHA],
      { ...filter, level: "warn" },
      as("operator"),
      AbortSignal.timeout(60_000),
    );
    expect(warnings).toHaveLength(250);
    const latest = await collectFromLoki([ALPHA], { ...filter, limit: 3 }, as("operator"), AbortSignal.timeout(60_000));
    expect(latest.map(({ line }) => line)).toEqual([2497, 2498, 2499].map(json));
  }, 120_000);

  it("knows lines again that are sent twice", async () => {
    await shipper.stop();
    rmSync(`${dir}/positions`, { recursive: true });
    await startShipper();
    router.line(json(2500));
    await arrived(2501);
    expect(await numbers()).toEqual(upTo(2501));
  }, 120_000);

  it("shows a tenant's reader that one's lines alone, whatever is asked by whatever header", async () => {
    const own = await lines(as("bravo"), [BRAVO]);
    expect(own).toHaveLength(50);
    const query = `query?query=${encodeURIComponent('count_over_time({tenant="alpha"}[1h])')}`;
    const sees = async (token: string, path: string, headers = {}) => {
      const { status, body } = await asked(token, path, headers);
      expect(status).toBe(200);
      return body.includes("alpha");
    };
    const series = `series?match[]=${encodeURIComponent('{tenant="alpha"}')}`;
    for (const path of [query, "label/tenant/values", series]) {
      expect(await sees("alpha", path)).toBe(true);
      for (const headers of [{}, { "x-scope-orgid": "alpha.0123456789" }, { "x-scope-orgid": "bravo|alpha" }]) {
        expect(await sees("bravo", path, headers), `${path} ${JSON.stringify(headers)}`).toBe(false);
      }
    }
    for (const named of ["alpha", "alpha|bravo", "bravo|alpha"]) {
      expect((await asked("bravo", query, { "x-dsmil-tenant": named })).status).toBe(403);
    }
    expect((await asked("operator", query, { "x-dsmil-tenant": "alpha|bravo" })).status).toBe(404);
    // What the gate stands before: Loki itself believes whoever asks.
    const direct = await fetch(`${loki.url}/loki/api/v1/${query}`, {
      headers: { "x-scope-orgid": "bravo.0123456789|alpha.0123456789" },
    });
    expect(await direct.text()).toContain("alpha");
    expect((await fetch(`${loki.url}/loki/api/v1/labels`)).status).toBe(401);
  });

  it("refuses all that isolation tries, and each control works", async () => {
    const on = readFileSync(resolve(import.meta.dirname, "../../../manifest.yaml"), "utf8");
    const model = loadManifestText(on.replace("loki: false", "loki: true"));
    const sourcesOf = () => ({ redis: [], postgres: [], qdrant: [] });
    const plan = planIsolation(model, { layers: ["logs"], nonce: "0badcafe", sourcesOf });
    const secrets = (id: string) => ({
      tokens: { ingest: `${id}-i`, shrink: `${id}-s` },
      apiKeys: { default: `sk-${id}` },
    });
    const credentials = new Credentials({
      stack: { alpha: secrets("alpha"), bravo: secrets("bravo") },
      logs: { operator: "token-operator", readers: { alpha: "token-alpha", bravo: "token-bravo" } },
      certificates: { "shipper_node-a": pair("shipper"), "node-a": pair("node") },
    } as unknown as KnownCredentials);
    const doors = { https: async (_: string, call: HttpsCall) => httpsRequest(endpoint(), call) } as unknown as Doors;
    const driver = new HttpsDriver(doors, credentials);
    const results = await runPlan(
      { ...plan, setup: [], teardown: [] },
      { probe: (probe) => driver.service(probe as never) },
    );
    expect(results.length).toBeGreaterThan(30);
    expect(results.filter(({ verdict }) => verdict !== "refused")).toEqual([]);
  });

  it("keeps lines for as long as is wanted, of each tenant", async () => {
    const config = await (await fetch(`${loki.url}/config`)).text();
    expect(config).toMatch(/retention_enabled: true/);
    expect(config).toMatch(/retention_period: 1w/);
    expect(config).toMatch(/reporting_enabled: false/);
    const limits = async (tenant: string) =>
      (
        await fetch(`${loki.url}/config/tenant/v1/limits`, { headers: { "x-scope-orgid": `${tenant}.0123456789` } })
      ).text();
    expect(await limits("alpha")).toMatch(/retention_period: 3d/);
    expect(await limits("bravo")).toMatch(/retention_period: 1w/);
    expect(loki.strays()).toEqual([]);
    // It is the compactor that deletes.
    expect(await (await fetch(`${loki.url}/services`)).text()).toContain("compactor => Running");
  });

  it(
    `has every line once after it was killed under load and away for ${OUTAGE_S} s`,
    async () => {
      const before = 2501;
      let next = before;
      const writer = setInterval(() => {
        for (let i = 0; i < 10; i++) router.line(json(next++));
      }, 100);
      try {
        await new Promise((done) => setTimeout(done, 2000));
        await loki.end("SIGKILL");
        await new Promise((done) => setTimeout(done, OUTAGE_S * 1000));
        await loki.again();
        await new Promise((done) => setTimeout(done, 1000));
      } finally {
        clearInterval(writer);
      }
      expect(next - before).toBeGreaterThan(OUTAGE_S * 30);
      await arrived(next, 120_000);
      const found = await numbers();
      expect(found.toSorted((a, b) => a - b)).toEqual(upTo(next));
      process.stderr.write(
        `${next - before} lines around ${OUTAGE_S} s without Loki: ${found.length - before} arrived, each once\n`,
      );
    },
    OUTAGE_S * 1000 + 300_000,
  );
});

const FILES = { maxBytes: 10 * 1024 * 1024, maxFiles: 3 };
const about = ({ name, ...rest }: Record<string, unknown>) => ({ container: name, ...rest });
