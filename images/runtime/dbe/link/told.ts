import { TYPES } from "../codec/constants.ts";
import { DbeError } from "../codec/error.ts";
import { decodeLocal } from "../codec/local.ts";
import { reasonName } from "../codec/names.ts";

/**
 * Why the peer gives a handshake up, from its frame in clear: the one thing that may be said without a session.
 * @throws DbeError UNKNOWN_SESSION when it says anything else, and as decodeLocal
 */
export function toldIn(frame: Buffer): DbeError {
  const { type, tlvs } = decodeLocal(frame);
  if (type !== TYPES.ERROR) throw new DbeError("UNKNOWN_SESSION", "a message outside of a session");
  return new DbeError(reasonName(tlvs.reason ?? 0) ?? "INTERNAL", "told by the peer");
}
