import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import pino from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createL7Router } from "../../../images/l7-router/src/app.ts";
import { Chat } from "../../../images/l7-router/src/chat/chat.ts";
import { PromptGate } from "../../../images/l7-router/src/chat/prompt-gate.ts";
import { TokenVerifier } from "../../../images/l7-router/src/identity/token-verifier.ts";
import { KeyRing } from "../../../images/l7-router/src/key-ring.ts";
import { KeyWatcher } from "../../../images/l7-router/src/key-watcher.ts";
import { Limiter } from "../../../images/l7-router/src/limits/limiter.ts";
import { SigningKeys } from "../../../images/l7-router/src/signing-keys.ts";
import { SocClient } from "../../../images/l7-router/src/soc/soc-client.ts";
import { WorkerPool } from "../../../images/l7-router/src/workers/worker-pool.ts";
import { Bus } from "../../../images/runtime/bus/bus.ts";
import { Health } from "../../../images/runtime/health.ts";
import type { Identity } from "../../../images/runtime/identity.ts";
import { Metrics } from "../../../images/runtime/metrics.ts";

const ALPHA = "sk-alpha-0123456789";
const BRAVO = "sk-bravo-9876543210";
const identity: Identity = {
  node: "node-b",
  service: "l7-router",
  device: 43,
  layer: 7,
  tokenIdBase: 0x8081,
  logLevel: "info",
  httpPort: 0,
};

let dir: string;
let lines: string[];
let app: FastifyInstance;
let health: Health;
let watcher: KeyWatcher;
let signing: SigningKeys;
let bus: Bus;
let pool: WorkerPool;
let worker: { readonly url: string; close(): void };

/** A worker, as far as its status goes. */
async function statusServer(model: object): Promise<typeof worker> {
  const status = JSON.stringify({ device_id: 47, model, running: 0, waiting: 0 });
  const server = createServer((_request, response) => response.end(status)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

function putKeys(tenant: string, ...keys: string[]): void {
  mkdirSync(`${dir}/${tenant}`, { recursive: true });
  const hashed = keys.map((key, i) => ({ name: `k${i}`, sha256: createHash("sha256").update(key).digest("hex") }));
  writeFileSync(`${dir}/${tenant}/api_keys.json`, JSON.stringify({ tenant: tenant.toUpperCase(), keys: hashed }));
}

beforeEach(async () => {
  dir = mkdtempSync("/tmp/dsmil-l7-");
  putKeys("alpha", ALPHA);
  putKeys("bravo", BRAVO);
  lines = [];
  const log = pino({ level: "info" }, { write: (line: string) => void lines.push(line) });
  health = new Health(identity);
  const ring = new KeyRing();
  watcher = new KeyWatcher(dir, ring, log);
  await watcher.look();
  const metrics = new Metrics(identity);
  bus = new Bus({ folder: `${dir}/bus`, registry: metrics.registry, connections: 4 });
  signing = new SigningKeys(dir, log);
  const soc = new SocClient({ bus, keys: signing, device: 43 });
  worker = await statusServer({ id: "llama-7b-amx", version: "1.0.0", context: 1024 });
  const settings = { device: 43, breakAfter: 3, halfOpenMs: 1000, idleMs: 1000, statusMs: 60_000 };
  const addresses = [{ device: 47, url: worker.url }];
  pool = new WorkerPool({ addresses, settings, log, lookMs: 1000 });
  await pool.look();
  const prompts = new PromptGate({ bus, keys: signing, device: 43, isOn: true, log });
  const chat = new Chat({ pool, prompts, keys: signing, limiter: new Limiter(), log });
  const tokens = new TokenVerifier(() => undefined);
  app = createL7Router({ ring, tokens, chat, health, metrics, log, bodyLimit: 2048, soc });
});
afterEach(async () => {
  await app.close();
  pool.close();
  worker.close();
  bus.close();
  rmSync(dir, { recursive: true });
});

const get = (url: string, key?: string, headers: Record<string, string> = {}) =>
  app.inject({ url, headers: { ...(key && { authorization: `Bearer ${key}` }), ...headers } });

describe("the L7 router's API", () => {
  it("lists the models to whoever holds a key", async () => {
    const answer = await get("/v1/models", ALPHA, { "x-tenant-id": "alpha" });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      object: "list",
      data: ["llama-7b-amx"].map((id) => ({
        id,
        object: "model",
        created: 1764547200,
        owned_by: "dsmil",
      })),
    });
  });

  it("holds requests to the limit that are wrong, too", async () => {
    const ask = (key: string) => {
      const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
      return app.inject({ method: "POST", url: "/v1/chat/completions", headers, payload: "{" });
    };
    for (let n = 0; n < 60; n++) expect((await ask(ALPHA)).statusCode).toBe(400);
    expect((await ask(ALPHA)).statusCode).toBe(429);
    expect((await ask(BRAVO)).statusCode).toBe(400);
  });

  it.each([
    ["no key", {}, 401, "missing_api_key"],
    ["an unknown key", { authorization: "Bearer sk-alpha-other" }, 401, "invalid_api_key"],
    [
      "the hash instead of the key",
      { authorization: `Bearer ${createHash("sha256").update(ALPHA).digest("hex")}` },
      401,
      "invalid_api_key",
    ],
    ["another scheme", { authorization: `Basic ${ALPHA}` }, 401, "invalid_api_key"],
    ["another tenant's name", { authorization: `Bearer ${ALPHA}`, "x-tenant-id": "BRAVO" }, 403, "tenant_mismatch"],
    ["an empty tenant", { authorization: `Bearer ${ALPHA}`, "x-tenant-id": "" }, 403, "tenant_mismatch"],
  ])(
    "refuses %s, in the OpenAI error format, with an audit line that holds no key",
    async (_, headers, status, code) => {
      const answer = await app.inject({ url: "/v1/models", headers });
      expect(answer.statusCode).toBe(status);
      expect(answer.json()).toMatchObject({ error: { code, message: expect.any(String), type: expect.any(String) } });
      expect(answer.json().error).toHaveProperty("param");
      const audit = lines.map((line) => JSON.parse(line)).filter((line) => line.audit);
      expect(audit).toMatchObject([{ outcome: "denied", status, code, path: "/v1/models" }]);
      expect(lines.join("")).not.toContain(ALPHA);
    },
  );

  it.each(["/%761/models", "/v1/%6dodels", "/v1/models?x=/healthz", "/v1/models/llama-7b-amx", "/v1/unknown"])(
    "asks for a key however %s is spelt",
    async (url) => expect((await get(url)).statusCode).toBe(401),
  );

  it("answers 404 and 405 in the same format", async () => {
    expect((await get("/v1/models/llama-7b-amx", ALPHA)).json()).toMatchObject({ id: "llama-7b-amx" });
    expect((await get("/v1/models/gpt-9", ALPHA)).json()).toMatchObject({ error: { code: "model_not_found" } });
    const unknown = await get("/v1/nothing", ALPHA);
    expect([unknown.statusCode, unknown.json().error.code]).toEqual([404, "unknown_url"]);
    const headers = { authorization: `Bearer ${ALPHA}`, "content-type": "text/xml" };
    const post = await app.inject({ method: "POST", url: "/v1/models", headers, payload: "<x/>" });
    expect([post.statusCode, post.headers.allow, post.json().error.code]).toEqual([
      405,
      "GET, HEAD",
      "method_not_allowed",
    ]);
  });

  it("takes new keys, withdraws old ones, and keeps those of a broken file", async () => {
    putKeys("alpha", "sk-alpha-new");
    putKeys("charlie", "sk-charlie-1");
    rmSync(`${dir}/bravo`, { recursive: true });
    await watcher.look();
    expect((await get("/v1/models", ALPHA)).statusCode).toBe(401);
    expect((await get("/v1/models", BRAVO)).statusCode).toBe(401);
    expect((await get("/v1/models", "sk-alpha-new")).statusCode).toBe(200);
    expect((await get("/v1/models", "sk-charlie-1", { "x-tenant-id": "ALPHA" })).statusCode).toBe(403);
    writeFileSync(`${dir}/alpha/api_keys.json`, "{");
    await watcher.look();
    expect((await get("/v1/models", "sk-alpha-new")).statusCode).toBe(200);
    expect(watcher.check().ok).toBe(false);
  });

  it("does not let one tenant's folder hold another's keys", async () => {
    writeFileSync(`${dir}/bravo/api_keys.json`, JSON.stringify({ tenant: "ALPHA", keys: [] }));
    await watcher.look();
    expect(watcher.check()).toMatchObject({ ok: false, value: expect.stringContaining('expected "BRAVO"') });
    expect((await get("/v1/models", BRAVO)).statusCode).toBe(200);
  });

  it("fails its health check while draining, serves on, and asks clients to close", async () => {
    expect((await get("/healthz")).statusCode).toBe(200);
    health.drain();
    expect((await get("/healthz")).statusCode).toBe(503);
    const answer = await get("/v1/models", ALPHA);
    expect([answer.statusCode, answer.headers.connection]).toEqual([200, "close"]);
  });

  it("counts by tenant and shows health in the format of the fleet", async () => {
    await get("/v1/models", ALPHA);
    expect((await get("/metrics")).body).toMatch(
      /dsmil_requests_total\{tenant_id="ALPHA",device_id="43",msg_type="L7_API"\} 1/,
    );
    expect((await get("/health")).json()).toMatchObject({ status: "healthy", device_id: 43, layer: 7, checks: {} });
  });
});

describe("POST /v1/soc/enrich", () => {
  const id = "0f8fad5b-d9cb-469f-a165-70867728950e";
  const ask = (payload: object | string, key: string | undefined = ALPHA) =>
    app.inject({
      method: "POST",
      url: "/v1/soc/enrich",
      headers: { ...(key && { authorization: `Bearer ${key}` }), "content-type": "application/json" },
      payload: typeof payload === "string" ? payload : JSON.stringify(payload),
    });
  const putSeed = (tenant: string, text: string, mode = 0o400): void => {
    const file = `${dir}/${tenant}/signing_seed`;
    rmSync(file, { force: true });
    writeFileSync(file, text);
    chmodSync(file, mode);
  };

  it("asks for a key before it reads the body, and takes POST alone", async () => {
    expect((await app.inject({ method: "POST", url: "/v1/soc/enrich", payload: "{" })).statusCode).toBe(401);
    const answer = await get("/v1/soc/enrich", ALPHA);
    expect([answer.statusCode, answer.headers.allow]).toEqual([405, "POST"]);
  });

  it.each<[string, object | string, string | null]>([
    ["nothing", {}, null],
    ["a list", [], null],
    ["no UUID", { event_id: "1" }, "event_id"],
    ["another field", { event_id: id, tenant_id: "BRAVO" }, null],
    ["a limit of 51", { event_id: id, limit: 51 }, "limit"],
    ["a limit as text", { event_id: id, limit: "5" }, "limit"],
    ["an indicator of no kind", { indicator: { type: "mac", value: "x" } }, "indicator.type"],
    ["no address", { indicator: { type: "ip", value: "1.2.3" } }, "indicator.value"],
    ["no domain", { indicator: { type: "domain", value: "a b" } }, "indicator.value"],
    ["no hash", { indicator: { type: "hash", value: "zz" } }, "indicator.value"],
    ["a user with a control character", { indicator: { type: "user", value: "a\u0000" } }, "indicator.value"],
    ["a lone surrogate", '{"indicator":{"type":"user","value":"\\ud800"}}', "indicator.value"],
  ])("refuses %s with 400", async (_, payload, param) => {
    const answer = await ask(payload);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ error: { code: "invalid_request", type: "invalid_request_error", param } });
  });

  it("refuses what is no JSON, and more than 4 KiB", async () => {
    expect((await ask("{")).statusCode).toBe(400);
    expect((await ask({ event_id: "x".repeat(5000) })).statusCode).toBe(413);
  });

  it("says that there is no bus, then that there is no signing key; models are served all the same", async () => {
    const code = async () => {
      const { statusCode, json } = await ask({ event_id: id });
      return [statusCode, json().error.code];
    };
    expect(await code()).toEqual([503, "bus_not_deployed"]);
    mkdirSync(`${dir}/bus`);
    expect(await code()).toEqual([503, "signing_seed_missing"]);
    expect((await get("/v1/models", ALPHA)).statusCode).toBe(200);
  });

  it("takes a seed when it comes, keeps it when its file breaks, and gives it up when it goes", async () => {
    putSeed("alpha", `${"5a".repeat(32)}\n`);
    await signing.files.look();
    const key = signing.of("ALPHA");
    expect([key?.publicKey.length, signing.of("BRAVO")]).toEqual([5184, undefined]);
    putSeed("alpha", "5a");
    await signing.files.look();
    expect([signing.of("ALPHA"), signing.files.check().ok]).toEqual([key, false]);
    putSeed("alpha", "5b".repeat(32), 0o444);
    await signing.files.look();
    expect([signing.of("ALPHA"), String(signing.files.check().value)]).toEqual([
      key,
      expect.stringContaining("open to others"),
    ]);
    rmSync(`${dir}/alpha/signing_seed`);
    await signing.files.look();
    expect([signing.of("ALPHA"), signing.files.check().ok]).toEqual([undefined, true]);
    expect(lines.join("")).not.toMatch(/5a5a|5b5b/);
  });
});
