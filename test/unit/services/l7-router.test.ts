import { createHash } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ALPHA, BRAVO, L7App } from "./support/l7-app.ts";

let rig: L7App;
beforeEach(async () => {
  rig = await L7App.start();
});
afterEach(() => rig.stop());

describe("the L7 router's API", () => {
  it("lists the models to whoever holds a key", async () => {
    const answer = await rig.get("/v1/models", ALPHA, { "x-tenant-id": "alpha" });
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
      return rig.app.inject({ method: "POST", url: "/v1/chat/completions", headers, payload: "{" });
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
      const answer = await rig.app.inject({ url: "/v1/models", headers });
      expect(answer.statusCode).toBe(status);
      expect(answer.json()).toMatchObject({ error: { code, message: expect.any(String), type: expect.any(String) } });
      expect(answer.json().error).toHaveProperty("param");
      const audit = rig.lines.map((line) => JSON.parse(line)).filter((line) => line.audit);
      expect(audit).toMatchObject([{ outcome: "denied", status, code, path: "/v1/models" }]);
      expect(rig.lines.join("")).not.toContain(ALPHA);
    },
  );

  it.each(["/%761/models", "/v1/%6dodels", "/v1/models?x=/healthz", "/v1/models/llama-7b-amx", "/v1/unknown"])(
    "asks for a key however %s is spelt",
    async (url) => expect((await rig.get(url)).statusCode).toBe(401),
  );

  it("answers 404 and 405 in the same format", async () => {
    expect((await rig.get("/v1/models/llama-7b-amx", ALPHA)).json()).toMatchObject({ id: "llama-7b-amx" });
    expect((await rig.get("/v1/models/gpt-9", ALPHA)).json()).toMatchObject({ error: { code: "model_not_found" } });
    const unknown = await rig.get("/v1/nothing", ALPHA);
    expect([unknown.statusCode, unknown.json().error.code]).toEqual([404, "unknown_url"]);
    const headers = { authorization: `Bearer ${ALPHA}`, "content-type": "text/xml" };
    const post = await rig.app.inject({ method: "POST", url: "/v1/models", headers, payload: "<x/>" });
    expect([post.statusCode, post.headers.allow, post.json().error.code]).toEqual([
      405,
      "GET, HEAD",
      "method_not_allowed",
    ]);
  });

  it("takes new keys, withdraws old ones, and keeps those of a broken file", async () => {
    rig.putKeys("alpha", "sk-alpha-new");
    rig.putKeys("charlie", "sk-charlie-1");
    rmSync(`${rig.dir}/bravo`, { recursive: true });
    await rig.watcher.look();
    expect((await rig.get("/v1/models", ALPHA)).statusCode).toBe(401);
    expect((await rig.get("/v1/models", BRAVO)).statusCode).toBe(401);
    expect((await rig.get("/v1/models", "sk-alpha-new")).statusCode).toBe(200);
    expect((await rig.get("/v1/models", "sk-charlie-1", { "x-tenant-id": "ALPHA" })).statusCode).toBe(403);
    writeFileSync(`${rig.dir}/alpha/api_keys.json`, "{");
    await rig.watcher.look();
    expect((await rig.get("/v1/models", "sk-alpha-new")).statusCode).toBe(200);
    expect(rig.watcher.check().ok).toBe(false);
  });

  it("does not let one tenant's folder hold another's keys", async () => {
    writeFileSync(`${rig.dir}/bravo/api_keys.json`, JSON.stringify({ tenant: "ALPHA", keys: [] }));
    await rig.watcher.look();
    expect(rig.watcher.check()).toMatchObject({ ok: false, value: expect.stringContaining('expected "BRAVO"') });
    expect((await rig.get("/v1/models", BRAVO)).statusCode).toBe(200);
  });

  it("fails its health check while draining, serves on, and asks clients to close", async () => {
    expect((await rig.get("/healthz")).statusCode).toBe(200);
    rig.health.drain();
    expect((await rig.get("/healthz")).statusCode).toBe(503);
    const answer = await rig.get("/v1/models", ALPHA);
    expect([answer.statusCode, answer.headers.connection]).toEqual([200, "close"]);
  });

  it("counts by tenant and shows health in the format of the fleet", async () => {
    await rig.get("/v1/models", ALPHA);
    expect((await rig.get("/metrics")).body).toMatch(
      /dsmil_requests_total\{tenant_id="ALPHA",device_id="43",msg_type="L7_API"\} 1/,
    );
    expect((await rig.get("/health")).json()).toMatchObject({ status: "healthy", device_id: 43, layer: 7, checks: {} });
  });
});
