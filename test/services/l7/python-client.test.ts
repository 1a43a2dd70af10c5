import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pythonClient } from "../../lab/harness/python-client.ts";
import { ensureVenv } from "../../lab/harness/python-venv.ts";
import { until } from "../support/fabric.ts";
import { KEYS, L7Rig, MODEL, type Tenant } from "./rig.ts";

const LONG = "Tell me a long story about the bus";

let rig: L7Rig;
beforeAll(async () => {
  await ensureVenv("openai");
  rig = await L7Rig.start();
}, 300_000);
afterAll(() => rig?.close(), 60_000);

const ask = (HOW: string, tenant: Tenant = "alpha", settings: Record<string, string> = {}) =>
  pythonClient({ BASE_URL: `${rig.routers[0].url}/v1`, MODEL, HOW, OPENAI_API_KEY: KEYS[tenant], ...settings });

describe("the official Python client", () => {
  it("finds the model, and gets real tokens, whole and one by one", async () => {
    expect(await ask("models")).toEqual({ models: [MODEL] });
    const { text, tokens } = await ask("chat", "alpha", { PROMPT: "What is Redis for?" });
    expect(text).toMatch(/Redis keeps streams/);
    expect(tokens).toBeGreaterThan(3);
    expect((await ask("stream", "alpha", { PROMPT: LONG })).deltas).toBeGreaterThan(5);
  });

  it("gets 401 for an unknown key, and 429 with a pause beyond the tenant's rate", async () => {
    expect(await ask("chat", "alpha", { OPENAI_API_KEY: "sk-alpha-unknown" })).toMatchObject({ status: 401 });
    rig.limit("bravo", 2);
    await until(async () => (await ask("chat", "bravo")).status === 429, 30_000);
    expect(await ask("chat", "bravo")).toEqual({
      ...{ status: 429, code: "rate_limit_exceeded" },
      retry_after: expect.stringMatching(/^\d+$/),
    });
    expect(await ask("chat")).toMatchObject({ text: expect.any(String) });
  });

  it("that goes away in the middle stops its worker, and the place is free again", async () => {
    const running = async (): Promise<number> => {
      const all = rig.workers.map((worker) => worker.metric('dsmil_llm_requests_open{device_id="47",state="running"}'));
      return (await Promise.all(all)).reduce((sum, one) => sum + one, 0);
    };
    expect(await ask("cancel", "alpha", { PROMPT: LONG })).toEqual({ deltas: 3 });
    await until(async () => (await running()) === 0);
    expect(await ask("chat")).toMatchObject({ text: expect.any(String) });
  });
});
