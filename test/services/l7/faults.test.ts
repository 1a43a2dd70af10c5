import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { issueToken } from "../../../infra/cli/tenant/token.ts";
import { until } from "../support/fabric.ts";
import { L7Rig, MODEL, type Tenant } from "./rig.ts";

const request = (content: string, max_tokens = 4) => ({
  model: MODEL,
  messages: [{ role: "user" as const, content }],
  temperature: 0,
  max_tokens,
});
const LONG = "Tell me a long story about the bus";

let rig: L7Rig;
beforeAll(async () => {
  rig = await L7Rig.start();
}, 180_000);
afterAll(() => rig?.close(), 60_000);

const chats = async (tenant: Tenant = "alpha"): Promise<number> =>
  rig
    .client(tenant)
    .chat.completions.create(request("Hello."))
    .then(
      () => 200,
      (error: { status?: number }) => error.status ?? 0,
    );
const answered = (device: number, worker: L7Rig["small"]): Promise<number> =>
  worker.metric(`dsmil_llm_requests_total{device_id="${device}",ending="length"}`);
const workers = async (): Promise<string> => String(await rig.routers[0].check("workers"));

describe("when workers fail", () => {
  it("a dead one is left alone after a few failures, and asked again when it is back", async () => {
    const [first, second] = rig.workers;
    await first.end("SIGKILL");
    const before = await answered(47, second);
    for (let n = 0; n < 12; n++) expect(await chats()).toBe(200);
    expect(await answered(47, second)).toBe(before + 12);
    await until(async () => (await workers()).includes("47: no model"));
    await first.up();
    await until(async () => (await workers()) === "47: ready, 47: ready, 44: ready", 60_000);
    await until(async () => {
      await chats();
      return (await answered(47, first)) > 0;
    }, 30_000);
  });

  it("the small one answers while breakers keep both others out, until they close again", async () => {
    const [first, second] = rig.workers;
    await Promise.all([first.end("SIGKILL"), second.end("SIGKILL")]);
    for (let n = 0; n < 6; n++) expect(await chats()).toBe(200);
    await until(async () => rig.routers[0].lines.some((line) => line.includes('"breaker":"open"')));
    expect(await answered(44, rig.small)).toBeGreaterThanOrEqual(6);
    await Promise.all([first.up(), second.up()]);
    await until(async () => (await workers()) === "47: ready, 47: ready, 44: ready", 60_000);
  });

  it("503 when there is none at all, never an answer made up; the model comes back with its workers", async () => {
    const all = [...rig.workers, rig.small];
    await Promise.all(all.map((one) => one.end("SIGKILL")));
    await until(async () => (await chats()) === 503);
    await until(async () => (await rig.client().models.list()).data.length === 0);
    await Promise.all(all.map((one) => one.up()));
    await until(async () => (await chats()) === 200, 60_000);
    await until(async () => (await workers()) === "47: ready, 47: ready, 44: ready", 60_000);
  });

  it("a stream that breaks after its first token ends with an error, and is not begun anew", async () => {
    let broken: unknown;
    for (let tries = 0; broken === undefined && tries < 10; tries++) {
      const stream = await rig.client().chat.completions.create({ ...request(LONG, 500), stream: true });
      let texts = 0;
      try {
        for await (const chunk of stream) {
          texts += chunk.choices[0]?.delta.content ? 1 : 0;
          if (texts === 1) await Promise.all(rig.workers.map((worker) => worker.end("SIGKILL")));
        }
      } catch (error) {
        broken = error;
      }
      await Promise.all(rig.workers.map((worker) => worker.up()));
      await until(async () => (await workers()) === "47: ready, 47: ready, 44: ready", 60_000);
    }
    expect(broken).toBeInstanceOf(OpenAI.APIError);
    expect(broken).toMatchObject({ code: "worker_failed" });
    expect(rig.routers[0].lines.join("\n")).toContain("a stream broke off");
  });

  it("a worker that is stopped lets its answer come to its end", async () => {
    const stream = await rig.client().chat.completions.create({ ...request(LONG, 200), stream: true });
    let reason: string | null | undefined;
    let texts = 0;
    let stopped: Promise<unknown> = Promise.resolve();
    for await (const { choices } of stream) {
      texts += choices[0]?.delta.content ? 1 : 0;
      if (texts === 1) stopped = Promise.all(rig.workers.map((worker) => worker.end()));
      reason = choices[0]?.finish_reason ?? reason;
    }
    expect(reason).toMatch(/stop|length/);
    expect(await stopped).toEqual([0, 0]);
    await Promise.all(rig.workers.map((worker) => worker.up()));
    await until(async () => (await workers()) === "47: ready, 47: ready, 44: ready", 60_000);
  });
});

describe("tokens", () => {
  const issue = (tenant: Tenant, roles: string[], as = tenant): Promise<string> =>
    issueToken(rig.fleet.tenants[tenant].seed, { tenant: as.toUpperCase(), roles, subject: "ann", minutes: 5 });

  it("issued by `tenant token` are good at both routers, for their roles", async () => {
    const token = await issue("alpha", ["chat"]);
    for (const router of rig.routers) {
      const client = rig.client("alpha", router, token);
      expect((await client.models.list()).data).toHaveLength(1);
      expect((await client.chat.completions.create(request("Hello."))).choices).toHaveLength(1);
      await expect(client.post("/soc/enrich", { body: {} })).rejects.toMatchObject({
        status: 403,
        code: "role_missing",
      });
    }
    const other = await issue("alpha", ["soc"]);
    await expect(rig.client("alpha", rig.routers[0], other).models.list()).rejects.toMatchObject({ status: 403 });
  });

  it("signed by another tenant's key are refused and written down", async () => {
    const token = await issue("alpha", ["chat"], "bravo");
    const list = rig.client("bravo", rig.routers[0], token).models.list();
    await expect(list).rejects.toMatchObject({ status: 401, code: "invalid_token" });
    await until(async () => /"audit":true.*"code":"invalid_token"/.test(rig.routers[0].lines.at(-1) ?? ""));
    expect(rig.routers[0].lines.join("\n")).not.toContain(token);
  });
});
