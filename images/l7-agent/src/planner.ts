import type { AgentRun, AgentToolAnswer } from "../../runtime/l7/agent.ts";
import type { ToolCall, ToolDescription } from "../../runtime/l7/tool-call.ts";

/** A step that was taken, whole. */
export interface Taken {
  readonly call: ToolCall;
  readonly answer: Omit<AgentToolAnswer, "tenant_id">;
}

/** What a planner knows. */
export interface PlanState {
  readonly run: AgentRun;
  /** Tools that it may name. */
  readonly tools: readonly ToolDescription[];
  readonly taken: readonly Taken[];
  /** What it said before that could not be used, for the planner to read. */
  readonly unusable: readonly string[];
  /** Time that is left, ms. */
  readonly patienceMs: number;
}

/** What a planner wants next. */
export type Move =
  | { readonly call: ToolCall }
  /** It is at its end; the text is its own, not a tool's. */
  | { readonly final: { readonly by: string; readonly text: string } | null }
  /** It said something that is no move; a code, and what it should know. */
  | { readonly unusable: string; readonly told: string }
  /** It could not be asked, or may not be. */
  | { readonly end: "no_decision" | "refused"; readonly reason: string };

/** Decides on the next step of a run. It acts on nothing itself. */
export interface Planner {
  next(state: PlanState): Promise<Move>;
}
