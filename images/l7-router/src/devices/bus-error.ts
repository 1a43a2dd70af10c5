import type { Reason } from "../../../runtime/dbe/codec/constants.ts";
import { DbeError } from "../../../runtime/dbe/codec/error.ts";
import { ApiError } from "../api-error.ts";
import { isPolicyRefusal } from "./policy-refusal.ts";

/** Faults of the question, which should have been seen here, or of a program. */
const FAULTS: ReadonlySet<Reason> = new Set([
  "MALFORMED",
  "UNSUPPORTED_VERSION",
  "UNKNOWN_TYPE",
  "TOO_LARGE",
  "INTERNAL",
]);

/**
 * A refusal by the bus as the API tells it: 403, 504, 502 or 503, with the reason as its code.
 * @param asked who was asked, for people
 */
export function busError(error: unknown, asked = "SOC router"): ApiError {
  const reason: Reason = error instanceof DbeError ? error.reason : "INTERNAL";
  const [status, message] = told(reason, asked);
  const refusal = new ApiError(status, reason, message);
  refusal.cause = error;
  return refusal;
}

function told(reason: Reason, asked: string): readonly [status: number, message: string] {
  if (isPolicyRefusal(reason)) return [403, "The bus does not allow this request; its audit trail says why."];
  if (reason === "TIMEOUT") return [504, `The tenant's ${asked} did not answer in time. Try again.`];
  if (FAULTS.has(reason)) return [502, `The tenant's ${asked} could not work on the request.`];
  if (reason === "OVERLOADED") return [503, "Too much is under way. Try again in a moment."];
  return [503, `The tenant's ${asked} cannot be reached now. Try again in a moment.`];
}
