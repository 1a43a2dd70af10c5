import { DbeError } from "../../runtime/dbe/codec/error.ts";
import { DEVICES } from "../../runtime/devices.ts";
import type { JsonObject } from "../../runtime/json-object.ts";
import type { AgentToolAnswer, DecisionStamp } from "../../runtime/l7/agent.ts";
import { MAX_TOOL_OUTPUT_BYTES, TOOL_OUTCOMES, type ToolCall, type ToolOutcome } from "../../runtime/l7/tool-call.ts";
import type { Layer7 } from "./bus-question.ts";
import { KNOWLEDGE_TOOL, knowledgeProblem, searchKnowledge } from "./knowledge.ts";
import type { ToolGate } from "./tool-gate.ts";

export interface ToolCallerParts {
  readonly gate: ToolGate;
  readonly layer7: Layer7;
}

/** A call under way. */
export interface CallContext {
  /** Id of the request, as the gateways' trail has it. */
  readonly about: string;
  /** Time that is left for it, ms. */
  readonly patienceMs: number;
}

type Result = Omit<AgentToolAnswer, "tenant_id" | "tool" | "ms" | "decision">;

/** A tool runs for 3 s and may wait for others before. */
const DEADLINE_MS = 12_000;
const MAX_ANSWER = MAX_TOOL_OUTPUT_BYTES + 8192;

/** Calls tools for the tenant: each call passes the gate first. */
export class ToolCaller {
  private readonly parts: ToolCallerParts;

  constructor(parts: ToolCallerParts) {
    this.parts = parts;
  }

  /** What became of a call; never throws. */
  async call(call: ToolCall, context: CallContext): Promise<Omit<AgentToolAnswer, "tenant_id">> {
    const begun = performance.now();
    const passage = await this.parts.gate.ask(call.tool, context.about);
    const decision = "decision" in passage ? passage.decision : null;
    const result = passage.open ? await this.carriedOut(call, context) : refused(passage);
    return { tool: call.tool, ...result, decision, ms: Math.round(performance.now() - begun) };
  }

  /**
   * The executor's list of tools.
   * @throws DbeError
   */
  catalogue(): Promise<JsonObject> {
    const body = { catalogue: true };
    return this.parts.layer7.ask({ destination: DEVICES.toolExecutor, body, deadlineMs: 5000, maxAnswer: MAX_ANSWER });
  }

  private async carriedOut(call: ToolCall, { patienceMs }: CallContext): Promise<Result> {
    const { layer7 } = this.parts;
    try {
      if (call.tool === KNOWLEDGE_TOOL) {
        const problem = knowledgeProblem(call.input);
        if (problem !== undefined) return { outcome: "invalid_input", reasons: [], error: problem };
        return { outcome: "ok", reasons: [], output: await searchKnowledge(layer7, call.input, patienceMs) };
      }
      const deadlineMs = Math.min(DEADLINE_MS, patienceMs);
      return resultIn(
        await layer7.ask({ destination: DEVICES.toolExecutor, body: call, deadlineMs, maxAnswer: MAX_ANSWER }),
      );
    } catch (error) {
      if (!(error instanceof DbeError)) throw error;
      const outcome =
        error.reason === "TIMEOUT" ? "timed_out" : error.reason === "OVERLOADED" ? "overloaded" : "unavailable";
      return { outcome, reasons: [error.reason], error: "who carries it out did not answer" };
    }
  }
}

function refused(passage: { readonly decision: DecisionStamp } | { readonly frozen: string }): Result {
  return { outcome: "refused", reasons: "frozen" in passage ? [passage.frozen] : passage.decision.reasons };
}

/** What the executor said, as far as it is of its form. */
function resultIn({ outcome, reasons, output, error }: JsonObject): Result {
  const known = TOOL_OUTCOMES.find((one) => one === outcome);
  const isOutput = typeof output === "object" && output !== null && !Array.isArray(output);
  if (!known || (known === "ok" && !isOutput)) throw new DbeError("INTERNAL", "an answer of no form");
  return {
    outcome: known satisfies ToolOutcome,
    reasons: Array.isArray(reasons) ? reasons.filter((one) => typeof one === "string").slice(0, 16) : [],
    ...(known === "ok" && { output: output as JsonObject }),
    ...(typeof error === "string" && { error: error.slice(0, 500) }),
  };
}
