/** Why a policy cannot be used, for machines. */
export type PolicyProblem =
  /** There is none. */
  | "missing"
  /** What belongs to it is not there. */
  | "incomplete"
  /** A file cannot be read, is too long or is not of its form. */
  | "malformed"
  /** Not signed by this fleet's root. */
  | "signature"
  /** Another tenant's. */
  | "tenant"
  /** Older than one that was in force. */
  | "rollback"
  /** A file is not the one that was signed. */
  | "digest"
  /** The rules do not run here, or not within their bounds. */
  | "module"
  /** A decision did not come in time. */
  | "time";

/** A policy, or one decision of it, that cannot be had; the message names the file and what to do. */
export class PolicyError extends Error {
  readonly problem: PolicyProblem;

  constructor(problem: PolicyProblem, message: string) {
    super(message);
    this.name = "PolicyError";
    this.problem = problem;
  }
}
