import type { ToolAnswer, ToolOutcome } from "../../../runtime/l7/tool-call.ts";
import { ApiError } from "../api-error.ts";

type Told = readonly [status: number, code: string, message: string];

const TOLD: Readonly<Record<Exclude<ToolOutcome, "ok">, Told>> = {
  refused: [403, "tool_not_allowed", "The tenant's policy does not allow this tool."],
  unknown_tool: [404, "tool_not_found", "There is no such tool; GET /v1/tools lists them."],
  invalid_input: [400, "invalid_request", "The input does not fit the tool's schema."],
  failed: [422, "tool_failed", "The tool could not work on this input."],
  timed_out: [504, "tool_timed_out", "The tool did not end in time."],
  output_too_large: [422, "tool_output_too_large", "The tool's output is too large. Ask about less."],
  crashed: [422, "tool_crashed", "The tool took more memory or time than it may, and was ended."],
  overloaded: [503, "OVERLOADED", "Too many calls are under way. Try again in a moment."],
  unavailable: [503, "tools_unavailable", "The tool executor cannot be reached now. Try again in a moment."],
};
/** Refusals that are not the policy's word on this tool. */
const OTHERWISE: Readonly<Record<string, Told>> = {
  emergency_stop: [403, "emergency_stop", "The tenant is stopped by an officer; nothing is done until it is released."],
  emergency_state_unreadable: [503, "emergency_state_unreadable", "Whether the tenant is stopped cannot be read now."],
  no_policy: [503, "no_policy", "The tenant's policy is not on this node. The operator lays it with `dsmil up`."],
  not_recorded: [
    503,
    "not_recorded",
    "The decision could not be recorded, so it does not count. Try again in a moment.",
  ],
};

/** What became of a call, as the API tells it when it was nothing good. */
export function toolError({ outcome, reasons, error }: Pick<ToolAnswer, "outcome" | "reasons" | "error">): ApiError {
  if (outcome === "ok") throw new Error("a call that went well is no error");
  const other = outcome === "refused" ? reasons.map((reason) => OTHERWISE[reason]).find(Boolean) : undefined;
  const [status, code, message] = other ?? TOLD[outcome];
  const detail = outcome === "invalid_input" || outcome === "failed" ? error : undefined;
  return new ApiError(status, code, detail === undefined ? message : `${message} ${detail}`);
}
