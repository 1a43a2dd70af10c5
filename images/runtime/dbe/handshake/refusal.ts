import { randomBytes } from "node:crypto";
import { FLAGS, LIMITS, OFFSETS, REASONS, type Reason, TYPES } from "../codec/constants.ts";
import { encodeLocal } from "../codec/local.ts";

/** Told apart, these would show a stranger which nodes and keys exist. */
const IDENTITY: ReadonlySet<Reason> = new Set(["UNKNOWN_PEER", "REVOKED_PEER", "BAD_CERTIFICATE", "BAD_SIGNATURE"]);

/** The reason that a peer may be told who has not proven who it is: all faults of identity are UNKNOWN_PEER. */
export function publicReason(reason: Reason): Reason {
  return IDENTITY.has(reason) ? "UNKNOWN_PEER" : reason;
}

/**
 * The frame in clear that refuses a frame before or without a session: a reason, nothing else.
 * @param refused what came; its message id is taken when it is long enough to have one
 * @param now ms since 1970
 */
export function refusal(refused: Buffer, reason: Reason, now: number): Buffer {
  const id = refused.subarray(OFFSETS.messageId, OFFSETS.messageId + LIMITS.messageId);
  return encodeLocal({
    type: TYPES.ERROR,
    flags: FLAGS.RESPONSE,
    messageId: id.length === LIMITS.messageId ? id : randomBytes(LIMITS.messageId),
    source: 0,
    destination: 0,
    timestamp: now,
    tlvs: { reason: REASONS[publicReason(reason)] },
    payload: Buffer.alloc(0),
  });
}
