import type { AgentRun, AgentRunAnswer, RunResult } from "../../runtime/l7/agent.ts";
import type { ToolDescription } from "../../runtime/l7/tool-call.ts";
import type { Move, Planner, Taken } from "./planner.ts";
import { factsOf, stepOf } from "./report.ts";
import type { ToolCaller } from "./tool-caller.ts";
import type { ToolGate } from "./tool-gate.ts";

export interface RunParts {
  readonly run: AgentRun;
  /** Id of the request, as the gateways' trail has it. */
  readonly about: string;
  /** Tools that there are. */
  readonly tools: readonly ToolDescription[];
  readonly planner: Planner;
  readonly caller: ToolCaller;
  readonly gate: ToolGate;
  /** Longest run, ms. */
  readonly wallMs: number;
}

interface End {
  readonly result: RunResult;
  readonly reasons: readonly string[];
  readonly text?: { readonly by: string; readonly text: string } | null;
}

/** Answers of a planner that could not be used, after which it is not asked again. */
const UNUSABLE = 2;
/** Reasons that are not about a tool but about deciding at all. */
const NO_DECISION: ReadonlySet<string> = new Set(["no_policy", "not_recorded"]);
const FROZEN: ReadonlySet<string> = new Set(["emergency_stop", "emergency_state_unreadable"]);

/** One run of an agent: planner, gate and tool in turn, until the planner is at its end or a bound is reached. */
export async function runAgent(parts: RunParts): Promise<Omit<AgentRunAnswer, "tenant_id">> {
  const begun = performance.now();
  const taken: Taken[] = [];
  const unusable: { readonly code: string; readonly told: string }[] = [];
  const { result, reasons, text } = await untilEnd(parts, taken, unusable);
  return {
    result,
    reasons,
    planner: parts.run.planner,
    steps: taken.map(stepOf),
    unusable: unusable.map(({ code }) => code),
    report: { facts: factsOf(taken), model_text: text ? { ...text, checked: false } : null },
    ms: Math.round(performance.now() - begun),
  };
}

async function untilEnd(
  { run, about, tools, planner, caller, gate, wallMs }: RunParts,
  taken: Taken[],
  unusable: { readonly code: string; readonly told: string }[],
): Promise<End> {
  const until = performance.now() + wallMs;
  const offered = tools.filter(({ name }) => run.tools?.includes(name) ?? true);
  for (;;) {
    const frozen = await gate.frozen();
    if (frozen !== undefined) return { result: "stopped", reasons: [frozen] };
    const patienceMs = until - performance.now();
    if (patienceMs < 1) return { result: "stopped", reasons: ["time_limit"] };
    const state = { run, tools: offered, taken, unusable: unusable.map(({ told }) => told), patienceMs };
    const move: Move = await planner.next(state);
    if ("end" in move) return { result: move.end, reasons: [move.reason] };
    if ("final" in move) return { result: "completed", reasons: [], text: move.final };
    if ("unusable" in move) {
      unusable.push({ code: move.unusable, told: move.told });
      if (unusable.length >= UNUSABLE) return { result: "no_decision", reasons: ["unusable_answers"] };
      continue;
    }
    if (taken.length >= run.max_steps) return { result: "step_limit", reasons: [] };
    const left = until - performance.now();
    if (left < 1) return { result: "stopped", reasons: ["time_limit"] };
    const answer = await caller.call(move.call, { about, patienceMs: left });
    taken.push({ call: move.call, answer });
    const end = endOf(answer.reasons, answer.outcome);
    if (end) return end;
  }
}

/** Whether a refusal ends the run: not that of one tool, but of all. */
function endOf(reasons: readonly string[], outcome: string): End | undefined {
  if (outcome !== "refused") return undefined;
  if (reasons.some((reason) => FROZEN.has(reason))) return { result: "stopped", reasons };
  return reasons.some((reason) => NO_DECISION.has(reason)) ? { result: "refused", reasons } : undefined;
}
