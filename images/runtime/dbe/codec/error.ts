import type { Reason } from "./constants.ts";

/** A refusal: nothing else is thrown for what comes from outside. */
export class DbeError extends Error {
  readonly reason: Reason;
  /** For logs and the audit; never sent, holds no secret and no payload. */
  readonly detail: string;

  constructor(reason: Reason, detail: string, options?: ErrorOptions) {
    super(`${reason}: ${detail}`, options);
    this.name = "DbeError";
    this.reason = reason;
    this.detail = detail;
  }
}
