import { describe, expect, it } from "vitest";
import { ModelPlanner, messagesFor, moveIn } from "../../../images/l7-agent/src/model-planner.ts";
import type { PlanState, Taken } from "../../../images/l7-agent/src/planner.ts";
import { playbook } from "../../../images/l7-agent/src/playbook.ts";
import { CATALOGUE } from "../../../images/l7-tools/src/catalogue.ts";
import type { JsonObject } from "../../../images/runtime/json-object.ts";
import { parseAgentQuestion, parseAgentRun } from "../../../images/runtime/l7/agent.ts";
import { parseGenerateQuestion } from "../../../images/runtime/l7/agent-generate.ts";

const state = (changes: Partial<PlanState> = {}): PlanState => ({
  run: parseAgentRun({ goal: "Look at this" }),
  ...{ tools: CATALOGUE, taken: [], unusable: [], patienceMs: 1000 },
  ...changes,
});

const taken = (tool: string, input: JsonObject, output?: JsonObject): Taken => ({
  call: { tool, input },
  answer: { tool, outcome: output ? "ok" : "failed", reasons: [], ...(output && { output }), decision: null, ms: 1 },
});

describe("the playbook", () => {
  it("asks for the same steps each time, one at a time, and ends", async () => {
    const first = await playbook.next(state());
    expect(first).toEqual({ call: { tool: "extract_indicators", input: { text: "Look at this" } } });
    expect(await playbook.next(state())).toEqual(first);
    const done = [taken("extract_indicators", { text: "Look at this" }, { indicators: {} })];
    expect(await playbook.next(state({ taken: done }))).toEqual({ final: null });
  });

  it("goes on from what tools gave, three addresses at most, and does not repeat what failed", async () => {
    const ip = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"];
    const steps = [taken("extract_indicators", { text: "Look at this" }, { indicators: { ip } })];
    for (const address of ip.slice(0, 3)) {
      expect(await playbook.next(state({ taken: steps }))).toEqual({ call: { tool: "ip_info", input: { address } } });
      steps.push(taken("ip_info", { address }));
    }
    expect(await playbook.next(state({ taken: steps }))).toEqual({ final: null });
  });

  it("decodes what looks encoded, but no words and no hashes", async () => {
    const run = parseAgentRun({
      goal: "d41d8cd98f00b204e9800998ecf8427e internationalisation /usr/share/applications",
      context: `x ${Buffer.from("curl http://evil.example").toString("base64")}`,
      tools: ["decode"],
    });
    const tools = CATALOGUE.filter(({ name }) => name === "decode");
    const move = await playbook.next(state({ run, tools }));
    expect(move).toEqual({ call: { tool: "decode", input: { text: "Y3VybCBodHRwOi8vZXZpbC5leGFtcGxl" } } });
  });

  it("survives outputs of any form", async () => {
    const hostile = [null, 7, { ip: 7 }, { ip: [null, {}, 5] }].map((indicators) =>
      taken("extract_indicators", { text: "Look at this" }, { indicators, layers: "x", text: 5 }),
    );
    for (const one of hostile) expect(await playbook.next(state({ taken: [one] }))).toEqual({ final: null });
  });
});

describe("what a model says", () => {
  it.each<[string, object]>([
    ['{"tool":"hash","input":{"text":"x"}}', { call: { tool: "hash", input: { text: "x" } } }],
    ['```json\n{"final":"nothing"}\n```', { final: { by: "m", text: "nothing" } }],
    ["Hello.", { unusable: "no_json" }],
    ["", { unusable: "no_json" }],
    ["[]", { unusable: "no_json" }],
    ['{"tool":"hash","input":{}} {"tool":"hash","input":{}}', { unusable: "no_json" }],
    ["{}", { unusable: "no_move" }],
    ['{"final":"x","tool":"rm","input":{}}', { unusable: "tool_not_offered" }],
    ['{"tool":"rm","input":{}}', { unusable: "tool_not_offered" }],
    ['{"tool":"hash","input":"x"}', { unusable: "no_input" }],
  ])("%s", (text, move) => {
    expect(moveIn(text, "m", CATALOGUE)).toMatchObject(move);
  });

  it("ends the run where it may not be asked, or does not answer", async () => {
    const refused = (code: string) => new ModelPlanner(async () => ({ result: "refused", code, message: "" }));
    expect(await refused("prompt_injection").next(state())).toEqual({ end: "refused", reason: "prompt_injection" });
    expect(await refused("no_worker").next(state())).toEqual({ end: "no_decision", reason: "no_worker" });
  });
});

describe("what a model is asked", () => {
  const run = parseAgentRun({ goal: "Look", context: "material 4711" });
  const messages = messagesFor(state({ run, taken: [taken("hash", { text: "x" }, { md5: "y" })] }));

  it("says where each text is from, and has no text of others in the system's words", () => {
    expect(messages.map(({ role, origin }) => `${role} ${origin ?? ""}`.trim())).toEqual([
      "system",
      "user document",
      "user tool",
      "user user",
    ]);
    expect(messages[0]?.content).not.toContain("4711");
    expect(messages[0]?.content).toContain("decode(text, encoding?)");
  });

  it("is a question that the router takes", () => {
    expect(parseGenerateQuestion({ generate: { messages, max_tokens: 10 } }).generate.messages).toHaveLength(4);
    const bad = (changes: object) => () =>
      parseGenerateQuestion({ generate: { messages, max_tokens: 10, ...changes } });
    expect(bad({ messages: [{ role: "user", content: "x" }] })).toThrow("origin");
    expect(bad({ messages: [{ role: "user", content: "x", origin: "agent" }] })).toThrow("origin");
    expect(bad({ messages: [{ role: "system", content: "x" }] })).toThrow("the last one must be the user's");
    expect(bad({ messages: [] })).toThrow("list");
    expect(bad({ max_tokens: 100_000 })).toThrow("max_tokens");
    expect(bad({ messages: [{ role: "user", content: "x".repeat(50_000), origin: "user" }] })).toThrow("characters");
    const [first, ...rest] = messages;
    for (const said of [{ role: "assistant", content: "x" }, first]) {
      expect(bad({ messages: [first, said, ...rest] })).toThrow("messages[1].role");
    }
    expect(() => parseGenerateQuestion(null)).toThrow("messages");
  });
});

describe("questions to an agent", () => {
  it("have bounds", () => {
    expect(parseAgentQuestion({ run: { goal: "x" } })).toEqual({
      run: { goal: "x", context: "", planner: "playbook", max_steps: 6 },
    });
    expect(parseAgentQuestion({ tool: "hash", input: {} })).toEqual({ tool: "hash", input: {} });
    expect(parseAgentQuestion({ catalogue: true })).toEqual({ catalogue: true });
    for (const body of [
      null,
      5,
      [],
      {},
      { tool: "../x", input: {} },
      { tool: "hash" },
      { tool: "hash", input: [] },
      { run: [] },
    ]) {
      expect(() => parseAgentQuestion(body), JSON.stringify(body)).toThrow();
    }
    for (const body of [
      { goal: 5 },
      { goal: "x".repeat(2001) },
      { goal: "\ud800" },
      { goal: "x", max_steps: 0 },
      { goal: "x", planner: "y" },
      { goal: "x", tools: [] },
      { goal: "x", context: "x".repeat(16_385) },
    ]) {
      expect(() => parseAgentRun(body)).toThrow(/^`/);
    }
  });
});
