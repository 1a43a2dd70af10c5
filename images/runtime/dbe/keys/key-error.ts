/** Why a node key cannot be used. */
export type KeyProblem =
  /** A file is not there. */
  | "missing"
  /** A file is open to others, or closed to this process. */
  | "permissions"
  /** A file, an answer or a setting does not have the form it must have. */
  | "malformed"
  /** A good key, but not the one the node's certificate speaks of. */
  | "other-key"
  /** The TPM or the transit server does not answer. */
  | "away"
  /** The TPM's PCRs are not those the key was sealed to. */
  | "boot-state"
  /** Sealed by another TPM, or by another transit key. */
  | "other-sealer"
  /** The TPM or the transit server refuses. */
  | "refused";

/** A node key that cannot be used: `message` names the file or address and the remedy, and holds no secret. */
export class KeyError extends Error {
  readonly problem: KeyProblem;

  constructor(problem: KeyProblem, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "KeyError";
    this.problem = problem;
  }
}
