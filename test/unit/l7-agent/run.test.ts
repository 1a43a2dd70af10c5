import { describe, expect, it } from "vitest";
import type { Layer7 } from "../../../images/l7-agent/src/bus-question.ts";
import { messagesFor } from "../../../images/l7-agent/src/model-planner.ts";
import type { Move, Planner } from "../../../images/l7-agent/src/planner.ts";
import { factsOf, stepOf } from "../../../images/l7-agent/src/report.ts";
import { runAgent } from "../../../images/l7-agent/src/run.ts";
import { ToolCaller } from "../../../images/l7-agent/src/tool-caller.ts";
import { ToolGate } from "../../../images/l7-agent/src/tool-gate.ts";
import { CATALOGUE } from "../../../images/l7-tools/src/catalogue.ts";
import { DbeError } from "../../../images/runtime/dbe/codec/error.ts";
import { parseAgentRun } from "../../../images/runtime/l7/agent.ts";

type Frozen = "emergency_stop" | undefined;

/** A run whose planner says these things in turn; the tool executor gives `output`. */
function run(
  moves: readonly Move[],
  changes: { reasons?: string[]; frozen?: () => Frozen; steps?: number; output?: object | Error } = {},
) {
  const { reasons = ["tool_listed"], frozen = () => undefined, steps = 8, output = { md5: "x" } } = changes;
  const left = [...moves];
  const planner: Planner = { next: async () => left.shift() ?? { final: null } };
  const decide = async () => ({ allow: reasons[0] === "tool_listed", reasons, policy: null });
  const gate = new ToolGate({
    tenant: "ALPHA",
    ...({ point: { decide }, stop: { why: async () => frozen() } } as unknown as Pick<
      ConstructorParameters<typeof ToolGate>[0],
      "point" | "stop"
    >),
  });
  const ask = async () => {
    if (output instanceof Error) throw output;
    return { tenant_id: "ALPHA", outcome: "ok", reasons: [], output };
  };
  const caller = new ToolCaller({ gate, layer7: { ask } as unknown as Layer7 });
  const asked = parseAgentRun({ goal: "x", max_steps: steps });
  return runAgent({ run: asked, about: "00", tools: CATALOGUE, planner, caller, gate, wallMs: 1000 });
}

const call: Move = { call: { tool: "hash", input: { text: "x" } } };
const unusable: Move = { unusable: "no_json", told: "it was not one JSON object" };

describe("a run", () => {
  it("ends when its planner does, and keeps the model's text apart from the facts", async () => {
    const { result, steps, report } = await run([call, { final: { by: "m", text: "all is well" } }]);
    expect(result).toBe("completed");
    expect(steps).toMatchObject([{ step: 1, tool: "hash", outcome: "ok", output: { md5: "x" } }]);
    expect(report).toEqual({
      facts: [{ step: 1, tool: "hash", path: "md5", value: "x" }],
      model_text: { by: "m", text: "all is well", checked: false },
    });
  });

  it("has no decision after two answers that cannot be used", async () => {
    expect(await run([unusable, call, unusable, call])).toMatchObject({
      ...{ result: "no_decision", reasons: ["unusable_answers"], unusable: ["no_json", "no_json"] },
      steps: [{ tool: "hash" }],
    });
    expect((await run([unusable, call])).result).toBe("completed");
  });

  it("ends at its bound of steps, and goes on where a tool is not listed", async () => {
    expect(await run([call, call, call], { steps: 2 })).toMatchObject({ result: "step_limit", steps: [{}, {}] });
    const refused = await run([call, call], { reasons: ["tool_not_listed"] });
    expect(refused).toMatchObject({ result: "completed", steps: [{ outcome: "refused" }, { outcome: "refused" }] });
    expect(refused.report.facts).toEqual([]);
  });

  it.each(["no_policy", "not_recorded"])("ends refused with %s", async (reason) => {
    expect(await run([call, call], { reasons: [reason] })).toMatchObject({
      result: "refused",
      reasons: [reason],
      steps: [{}],
    });
  });

  it("ends stopped when the stop comes between two steps", async () => {
    let asked = 0;
    const frozen = (): Frozen => (++asked > 3 ? "emergency_stop" : undefined);
    expect(await run([call, call, call], { frozen })).toMatchObject({ result: "stopped", reasons: ["emergency_stop"] });
  });

  it("tells an executor that is away, and one that answers nonsense", async () => {
    const away = await run([call], { output: new DbeError("NO_ROUTE", "none") });
    expect(away.steps).toMatchObject([{ outcome: "unavailable", reasons: ["NO_ROUTE"] }]);
    const late = await run([call], { output: new DbeError("TIMEOUT", "late") });
    expect(late.steps).toMatchObject([{ outcome: "timed_out" }]);
  });
});

describe("a report", () => {
  const long = {
    call: { tool: "hash", input: { text: "x".repeat(2000) } },
    answer: {
      tool: "hash",
      outcome: "ok",
      reasons: [],
      output: { all: Array.from({ length: 5000 }, (_, i) => i) },
      decision: null,
      ms: 1,
    },
  } as const;

  it("tells what is long by its digest, and few facts of a step", () => {
    const { input, output } = stepOf(long, 0);
    expect(input).toEqual({ bytes: 2011, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(output).toMatchObject({ bytes: expect.any(Number) });
    expect(factsOf([long])).toHaveLength(12);
  });

  it("shows the model a part of it", () => {
    const messages = messagesFor({
      run: parseAgentRun({ goal: "x" }),
      tools: CATALOGUE,
      taken: [long],
      unusable: [],
      patienceMs: 1,
    });
    expect(messages[1]?.content.length).toBeLessThan(1300);
  });
});
