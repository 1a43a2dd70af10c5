import { FLAGS, LIMITS, REASONS, type Reason, TYPES } from "../../../runtime/dbe/codec/constants.ts";
import { encodeLocal } from "../../../runtime/dbe/codec/local.ts";

/** The frame that answers what was no message at all: an ERROR with a reason and an id of zeros. */
export function bareError(reason: Reason, now: number): Buffer {
  return encodeLocal({
    type: TYPES.ERROR,
    flags: FLAGS.RESPONSE,
    messageId: Buffer.alloc(LIMITS.messageId),
    source: 0,
    destination: 0,
    timestamp: now,
    tlvs: { reason: REASONS[reason] },
    payload: Buffer.alloc(0),
  });
}
