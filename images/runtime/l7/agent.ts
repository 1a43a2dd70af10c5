import type { JsonObject } from "../json-object.ts";
import type { PolicyStamp } from "../policy/decision.ts";
import { EnrichmentError, objectOf } from "../soc/enrichment.ts";
import {
  type CatalogueQuestion,
  MAX_TOOL_CALL_BYTES,
  parseToolQuestion,
  TOOL_NAME,
  type ToolAnswer,
  type ToolCall,
  type ToolOutcome,
} from "./tool-call.ts";

/** Bounds of what the agent runtime is asked; lengths in UTF-16 units. */
export const AGENT_LIMITS = {
  goal: 2000,
  context: 16 * 1024,
  steps: 8,
  tools: 32,
  /** Longest question on the bus, bytes. */
  bytes: MAX_TOOL_CALL_BYTES,
  /** Longest run, ms. */
  wallMs: 30_000,
} as const;

/** Who decides on the next step: rules that are the same each time, or the language model. */
export const PLANNERS = ["playbook", "model"] as const;
export type PlannerName = (typeof PLANNERS)[number];

/** What an agent is to find out. */
export interface AgentRun {
  readonly goal: string;
  /** Log lines, a mail, a report …; empty where there is none. */
  readonly context: string;
  readonly planner: PlannerName;
  /** 1 to 8. */
  readonly max_steps: number;
  /** The only tools it may call; without it, all that the policy allows. */
  readonly tools?: readonly string[];
}

/** What device 48 is asked. Payload of L7_SERVICE_REQ, as JSON. */
export type AgentQuestion = ToolCall | CatalogueQuestion | { readonly run: AgentRun };

/** The policy's word on a call, and where its record stands. */
export interface DecisionStamp {
  readonly allow: boolean;
  readonly reasons: readonly string[];
  readonly policy: PolicyStamp | null;
  readonly record: { readonly writer: string; readonly seq: number } | null;
}

/** Answer to a call of one tool. Payload of L7_SERVICE_RESP, as JSON. */
export interface AgentToolAnswer extends ToolAnswer {
  /** Null where the policy was not asked: there is no such tool, or the tenant is stopped. */
  readonly decision: DecisionStamp | null;
}

/** A text that is told by its length and digest alone. */
export interface Digest {
  readonly bytes: number;
  readonly sha256: string;
}

/** One step of a run. */
export interface AgentStep {
  /** From 1 on. */
  readonly step: number;
  readonly tool: string;
  /** As it was asked; a long one by its digest. */
  readonly input: JsonObject | Digest;
  readonly outcome: ToolOutcome;
  readonly reasons: readonly string[];
  readonly output?: JsonObject | Digest;
  readonly error?: string;
  readonly decision: DecisionStamp | null;
  readonly ms: number;
}

/** Something that a tool said, word for word. */
export interface Fact {
  readonly step: number;
  readonly tool: string;
  /** Where it stands in the step's output: `indicators.ip[0]`. */
  readonly path: string;
  readonly value: string | number | boolean | null;
}

/**
 * `completed`: the planner was at its end; `no_decision`: the model gave nothing that could be used, or did not answer;
 * `refused`: policy, decision log or prompt check; `step_limit`; `stopped`: emergency stop or time, `reasons` say which.
 */
export type RunResult = "completed" | "no_decision" | "refused" | "step_limit" | "stopped";

/** Answer to a run. Payload of L7_SERVICE_RESP, as JSON. */
export interface AgentRunAnswer {
  readonly tenant_id: string;
  readonly result: RunResult;
  readonly reasons: readonly string[];
  readonly planner: PlannerName;
  readonly steps: readonly AgentStep[];
  /** What the model said that could not be used, by code. */
  readonly unusable: readonly string[];
  readonly report: {
    readonly facts: readonly Fact[];
    /** The language model's own words: nobody has checked them. Null where it said none. */
    readonly model_text: { readonly by: string; readonly checked: false; readonly text: string } | null;
  };
  readonly ms: number;
}

const DEFAULT_STEPS = 6;

/**
 * Reads what is asked of an agent.
 * @throws EnrichmentError
 */
export function parseAgentRun(body: unknown): AgentRun {
  const fields = objectOf(body, ["goal", "context", "planner", "max_steps", "tools"], null);
  const { goal, context = "", planner = "playbook", max_steps = DEFAULT_STEPS, tools } = fields;
  const known = PLANNERS.find((one) => one === planner);
  if (!known) throw new EnrichmentError(`\`planner\` is none of ${PLANNERS.join(", ")}.`, "planner");
  if (!Number.isInteger(max_steps) || (max_steps as number) < 1 || (max_steps as number) > AGENT_LIMITS.steps) {
    throw new EnrichmentError(`\`max_steps\` is no whole number from 1 to ${AGENT_LIMITS.steps}.`, "max_steps");
  }
  return {
    goal: textOf(goal, "goal", 1, AGENT_LIMITS.goal),
    context: textOf(context, "context", 0, AGENT_LIMITS.context),
    planner: known,
    max_steps: max_steps as number,
    ...(tools !== undefined && { tools: toolsOf(tools) }),
  };
}

/**
 * Reads a question that came over the bus.
 * @throws Error naming the field that is not valid
 */
export function parseAgentQuestion(body: unknown): AgentQuestion {
  const run = (body as { readonly run?: unknown } | null)?.run;
  return run === undefined ? parseToolQuestion(body) : { run: parseAgentRun(run) };
}

function textOf(value: unknown, name: string, least: number, most: number): string {
  if (typeof value === "string" && value.length >= least && value.length <= most && value.isWellFormed()) return value;
  throw new EnrichmentError(`\`${name}\` is no text of ${least} to ${most} characters.`, name);
}

function toolsOf(value: unknown): readonly string[] {
  const isName = (one: unknown): boolean => typeof one === "string" && TOOL_NAME.test(one);
  if (Array.isArray(value) && value.length >= 1 && value.length <= AGENT_LIMITS.tools && value.every(isName))
    return value;
  throw new EnrichmentError(`\`tools\` is no list of 1 to ${AGENT_LIMITS.tools} names of tools.`, "tools");
}
