import type { JsonObject } from "../json-object.ts";

/** Longest question about a tool, bytes. */
export const MAX_TOOL_CALL_BYTES = 128 * 1024;
/** Longest output of a tool, bytes of JSON. */
export const MAX_TOOL_OUTPUT_BYTES = 64 * 1024;

/** Form of a tool's name. */
export const TOOL_NAME = /^[a-z][a-z0-9_]{1,31}$/;

/** What a tool is asked. Payload of L7_SERVICE_REQ to devices 48 and 49, as JSON. */
export interface ToolCall {
  readonly tool: string;
  readonly input: JsonObject;
}

/** A question for the list of tools. Payload of L7_SERVICE_REQ to devices 48 and 49, as JSON. */
export interface CatalogueQuestion {
  readonly catalogue: true;
}

/** What became of a call. */
export const TOOL_OUTCOMES = [
  "ok",
  /** The tenant's policy, its emergency stop, or a decision that could not be recorded. */
  "refused",
  "unknown_tool",
  "invalid_input",
  /** The tool could not do it with this input; `error` says why. */
  "failed",
  "timed_out",
  "output_too_large",
  /** Its process ended without an answer: memory, processor time or a fault. */
  "crashed",
  "overloaded",
  /** The tool executor was not reached. */
  "unavailable",
] as const;
export type ToolOutcome = (typeof TOOL_OUTCOMES)[number];

/** What a call gave. Payload of L7_SERVICE_RESP of device 49, as JSON. */
export interface ToolAnswer {
  readonly tenant_id: string;
  readonly tool: string;
  readonly outcome: ToolOutcome;
  /** Codes of docs/policy.md where it was refused. */
  readonly reasons: readonly string[];
  /** Of `ok`: what the tool gave. */
  readonly output?: JsonObject;
  /** For people, where there is something to say. */
  readonly error?: string;
  /** Time from the question to the answer, ms. */
  readonly ms: number;
}

/** A tool, as the catalogue tells of it. */
export interface ToolDescription {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of its input. */
  readonly input: JsonObject;
}

/** The list of tools. Payload of L7_SERVICE_RESP, as JSON. */
export interface ToolCatalogue {
  readonly tenant_id: string;
  /** `allowed`: whether the tenant's policy lists it. */
  readonly tools: readonly (ToolDescription & { readonly allowed: boolean })[];
}

/**
 * Reads a question to a tool, or for the list of tools.
 * @throws Error naming the field that is not valid
 */
export function parseToolQuestion(body: unknown): ToolCall | CatalogueQuestion {
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw new Error("expected an object");
  const { tool, input, catalogue } = body as Readonly<Record<string, unknown>>;
  if (catalogue === true && tool === undefined) return { catalogue };
  if (typeof tool !== "string" || !TOOL_NAME.test(tool)) throw new Error("tool: expected the name of a tool");
  if (typeof input !== "object" || input === null || Array.isArray(input)) throw new Error("input: expected an object");
  return { tool, input: input as JsonObject };
}

/** Whether a question is for the list of tools. */
export function asksForCatalogue(question: object): question is CatalogueQuestion {
  return "catalogue" in question;
}
