/** What is wrong with a quote. */
export type QuoteProblem =
  | "malformed"
  /** Not signed by the attestation key that is expected. */
  | "signature"
  /** Made for another nonce: a replay. */
  | "nonce"
  /** Other registers than those expected, whatever they hold. */
  | "selection"
  /** The registers hold something else: another boot state. */
  | "pcrs";

/** A quote that does not show what it should. */
export class QuoteError extends Error {
  readonly problem: QuoteProblem;

  constructor(problem: QuoteProblem, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "QuoteError";
    this.problem = problem;
  }
}
