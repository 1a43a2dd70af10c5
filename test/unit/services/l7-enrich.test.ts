import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ALPHA, L7App } from "./support/l7-app.ts";

let rig: L7App;
beforeEach(async () => {
  rig = await L7App.start();
});
afterEach(() => rig.stop());

describe("POST /v1/soc/enrich", () => {
  const id = "0f8fad5b-d9cb-469f-a165-70867728950e";
  const ask = (payload: object | string, key: string | undefined = ALPHA) =>
    rig.app.inject({
      method: "POST",
      url: "/v1/soc/enrich",
      headers: { ...(key && { authorization: `Bearer ${key}` }), "content-type": "application/json" },
      payload: typeof payload === "string" ? payload : JSON.stringify(payload),
    });
  const putSeed = (tenant: string, text: string, mode = 0o400): void => {
    const file = `${rig.dir}/${tenant}/signing_seed`;
    rmSync(file, { force: true });
    writeFileSync(file, text);
    chmodSync(file, mode);
  };

  it("asks for a key before it reads the body, and takes POST alone", async () => {
    expect((await rig.app.inject({ method: "POST", url: "/v1/soc/enrich", payload: "{" })).statusCode).toBe(401);
    const answer = await rig.get("/v1/soc/enrich", ALPHA);
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
    mkdirSync(`${rig.dir}/bus`);
    expect(await code()).toEqual([503, "signing_seed_missing"]);
    expect((await rig.get("/v1/models", ALPHA)).statusCode).toBe(200);
  });

  it("takes a seed when it comes, keeps it when its file breaks, and gives it up when it goes", async () => {
    putSeed("alpha", `${"5a".repeat(32)}\n`);
    await rig.signing.files.look();
    const key = rig.signing.of("ALPHA");
    expect([key?.publicKey.length, rig.signing.of("BRAVO")]).toEqual([5184, undefined]);
    putSeed("alpha", "5a");
    await rig.signing.files.look();
    expect([rig.signing.of("ALPHA"), rig.signing.files.check().ok]).toEqual([key, false]);
    putSeed("alpha", "5b".repeat(32), 0o444);
    await rig.signing.files.look();
    expect([rig.signing.of("ALPHA"), String(rig.signing.files.check().value)]).toEqual([
      key,
      expect.stringContaining("open to others"),
    ]);
    rmSync(`${rig.dir}/alpha/signing_seed`);
    await rig.signing.files.look();
    expect([rig.signing.of("ALPHA"), rig.signing.files.check().ok]).toEqual([undefined, true]);
    expect(rig.lines.join("")).not.toMatch(/5a5a|5b5b/);
  });
});
