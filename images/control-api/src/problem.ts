import { STATUS_CODES } from "node:http";
import type { ProblemAnswer } from "../../runtime/control/answers.ts";

/** A request that is refused, as problem details (RFC 9457). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  /** Seconds after which asking again makes sense. */
  readonly retryAfter: number | undefined;

  constructor(status: number, code: string, detail: string, retryAfter?: number) {
    super(detail);
    this.name = "Problem";
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  get body(): ProblemAnswer {
    const { status, code, message } = this;
    return { type: "about:blank", title: STATUS_CODES[status] ?? "Error", status, code, detail: message };
  }
}

/** Any error as a problem: fastify's own in our form, anything else is our fault and tells nothing. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { statusCode, code, message } = error as { statusCode?: number; code?: string; message: string };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new Problem(statusCode, (code ?? "bad_request").toLowerCase(), message);
  }
  const hidden = new Problem(500, "internal_error", "The request failed on our side.");
  hidden.cause = error;
  return hidden;
}

/** Of another tenant's, whether it is there or not. */
export const wrongTenant = (): Problem => new Problem(403, "wrong_tenant", "This is of no tenant of the operator's.");
