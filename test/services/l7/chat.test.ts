import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../support/fabric.ts";
import { startCtl } from "./ctl.ts";
import { FORBIDDEN, KEYS, L7Rig, MODEL } from "./rig.ts";

const ask = (content: string) => [{ role: "user", content } as const];
const LONG = "Tell me a long story about the bus";

let rig: L7Rig;
beforeAll(async () => {
  rig = await L7Rig.start();
}, 180_000);
afterAll(() => rig?.close(), 60_000);

/** What the official client threw. */
async function refusal(work: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(OpenAI.APIError);
  return error as InstanceType<typeof OpenAI.APIError>;
}

describe("the official client", () => {
  it("lists the model that the workers have, at either router", async () => {
    for (const router of rig.routers) {
      const { data } = await rig.client("alpha", router).models.list();
      expect(data).toMatchObject([{ id: MODEL, object: "model" }]);
    }
    expect(await rig.client().models.retrieve(MODEL)).toMatchObject({ id: MODEL });
  });

  it("chats: real tokens, the same for the same seed, with counts and a reason to stop", async () => {
    const request = { model: MODEL, messages: ask("What is Redis for?"), temperature: 0 };
    const answer = await rig.client().chat.completions.create(request);
    expect(answer).toMatchObject({ object: "chat.completion", model: MODEL });
    const [choice] = answer.choices;
    expect(choice?.message.content).toMatch(/Redis keeps streams/);
    expect(choice?.finish_reason).toBe("stop");
    const { prompt_tokens = 0, completion_tokens = 0, total_tokens } = answer.usage ?? {};
    expect(prompt_tokens).toBeGreaterThan(5);
    expect(completion_tokens).toBeGreaterThan(5);
    expect(total_tokens).toBe(prompt_tokens + completion_tokens);
    const again = await rig.client("bravo", rig.routers[1]).chat.completions.create(request);
    expect(again.choices[0]?.message.content).toBe(choice?.message.content);
    const seeded = { ...request, temperature: 1, seed: 7, messages: ask(LONG), max_tokens: 24 };
    const texts = await Promise.all(
      [1, 2].map(async () => (await rig.client().chat.completions.create(seeded)).choices[0]?.message.content),
    );
    expect(texts[0]).toBe(texts[1]);
  });

  it("streams token by token, ending with the usage that it asked for", async () => {
    const stream = await rig.client().chat.completions.create({
      ...{ model: MODEL, messages: ask(LONG), temperature: 0, max_completion_tokens: 40, stream: true },
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    const texts = chunks.flatMap(({ choices }) => choices[0]?.delta.content ?? []);
    expect(texts.filter(Boolean).length).toBeGreaterThan(10);
    expect(chunks[0]?.choices[0]?.delta.role).toBe("assistant");
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe("length");
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 40 } });
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
  });

  it("stops before a stop text", async () => {
    const request = { model: MODEL, messages: ask("What is Redis for?"), temperature: 0, stop: ["streams"] };
    const { choices } = await rig.client().chat.completions.create(request);
    expect(choices[0]?.message.content).toBe("Redis keeps ");
    expect(choices[0]?.finish_reason).toBe("stop");
  });

  it("gets 401 for an unknown key, 404 for a model that nobody has, 400 with the field for what is wrong", async () => {
    const messages = ask("Hello.");
    const unknown = rig.client("alpha", rig.routers[0], "sk-alpha-unknown");
    expect(await refusal(unknown.chat.completions.create({ model: MODEL, messages }))).toMatchObject({ status: 401 });
    expect(await refusal(rig.client().chat.completions.create({ model: "gpt-9", messages }))).toMatchObject({
      ...{ status: 404, code: "model_not_found", param: "model" },
    });
    expect(await refusal(rig.client().chat.completions.create({ model: MODEL, messages, n: 2 }))).toMatchObject({
      ...{ status: 400, param: "n", type: "invalid_request_error" },
    });
    const long = ask("long words ".repeat(2000));
    expect(await refusal(rig.client().chat.completions.create({ model: MODEL, messages: long }))).toMatchObject({
      ...{ status: 400, code: "context_length_exceeded" },
    });
  });

  it("gets 429 with retry-after beyond the tenant's rate, and beyond its tokens of a day; another tenant does not", async () => {
    const request = { model: MODEL, messages: ask("Hello."), max_tokens: 2 };
    rig.limit("bravo", 2);
    const client = rig.client("bravo");
    await until(async () => {
      const { response } = await client.chat.completions.create(request).withResponse();
      return response.headers.get("x-ratelimit-limit-requests") === "1";
    });
    const error = await refusal(client.chat.completions.create(request));
    expect(error).toMatchObject({ status: 429, code: "rate_limit_exceeded", type: "requests" });
    expect(Number(error.headers?.get("retry-after"))).toBeGreaterThan(0);
    expect((await rig.client("alpha").chat.completions.create(request)).choices).toHaveLength(1);
    rig.limit("bravo", 10_000, 2);
    await until(async () => (await refusal(client.chat.completions.create(request))).code === "insufficient_quota");
    rig.limit("bravo", 10_000);
    await until(async () => (await client.chat.completions.create(request)).choices.length === 1);
  });

  it("that goes away stops its worker, and the place is free again", async () => {
    const cancelled = () => total(rig, 'dsmil_llm_requests_total{device_id="47",ending="cancelled"}');
    const before = await cancelled();
    for (let tries = 0; (await cancelled()) === before && tries < 20; tries++) {
      const stream = await rig.client().chat.completions.create({ model: MODEL, messages: ask(LONG), stream: true });
      for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
      await until(async () => (await total(rig, 'dsmil_llm_requests_open{device_id="47",state="running"}')) === 0);
    }
    expect(await cancelled()).toBeGreaterThan(before);
  });
});

describe("the check of prompts", () => {
  it("refuses what device 51 refuses, also when it is split over two messages, before any worker", async () => {
    const before = await total(rig, "dsmil_llm_requests_total");
    const [first, second] = [FORBIDDEN.slice(0, 10), FORBIDDEN.slice(10)];
    const whole = ask(`Please ${FORBIDDEN} now`);
    const error = await refusal(rig.client().chat.completions.create({ model: MODEL, messages: whole }));
    expect(error).toMatchObject({ status: 400, code: "prompt_injection" });
    expect(error.message).toContain("Prompt injection pattern detected");
    const audit = /"audit":true.*"code":"prompt_injection"/;
    await until(async () => audit.test(rig.routers[0].lines.join("\n")));
    const stream = rig.client().chat.completions.create({ model: MODEL, messages: whole, stream: true });
    expect(await refusal(stream)).toMatchObject({ status: 400, code: "prompt_injection" });
    await rig
      .client()
      .chat.completions.create({ model: MODEL, max_tokens: 1, messages: [...ask(first), ...ask(second)] });
    expect(rig.asked).toContain(`${first}\n\n${second}`);
    expect(await total(rig, "dsmil_llm_requests_total")).toBeLessThanOrEqual(before + 1);
  });

  it("answers nothing while device 51 is away", async () => {
    await rig.undefend();
    const request = { model: MODEL, messages: ask("Hello."), max_tokens: 2 };
    const error = await refusal(rig.client().chat.completions.create(request));
    expect(error).toMatchObject({ status: 503, code: "prompt_check_unavailable" });
    await rig.defend();
    await until(async () => (await rig.client().chat.completions.create(request)).choices.length === 1);
  });
});

it("keeps the key out of every log", () => {
  for (const { lines } of [...rig.routers, ...rig.workers]) expect(lines.join("\n")).not.toContain(KEYS.alpha);
});

/** The sum of a metric over both primary workers. */
async function total({ workers }: L7Rig, begins: string): Promise<number> {
  return (await Promise.all(workers.map((worker) => worker.metric(begins)))).reduce((sum, one) => sum + one, 0);
}

describe("dsmilctl l7 test", () => {
  it("tells models, an answer and a stream, that nothing answers for embeddings here, and another's key", async () => {
    const ctl = await startCtl(rig.routers[0].url);
    const { code, checks } = await ctl.test("alpha", "alpha");
    expect(checks).toMatchObject([
      { check: "models", ok: true, detail: MODEL },
      { check: "chat", ok: true, model: MODEL, promptTokens: expect.any(Number), answerTokens: expect.any(Number) },
      { check: "stream", ok: true, model: MODEL, firstTokenMs: expect.any(Number) },
      { check: "embedding", ok: false, detail: expect.stringMatching(/^(4|5)\d\d /) },
    ]);
    expect(code).toBe(1);
    const other = await ctl.test("alpha", "bravo");
    expect([other.code, other.checks[0]]).toMatchObject([
      1,
      { ok: false, detail: expect.stringContaining("403 tenant_mismatch") },
    ]);
    ctl.close();
  });
});
