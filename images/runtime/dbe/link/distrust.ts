import type { Reason } from "../codec/constants.ts";

const DISTRUST: ReadonlySet<Reason> = new Set(["UNKNOWN_PEER", "REVOKED_PEER", "BAD_CERTIFICATE", "BAD_SIGNATURE"]);

/** Whether a new session that fails for this reason says that the peer is not to be trusted any more. */
export function isDistrust(reason: Reason): boolean {
  return DISTRUST.has(reason);
}
