import { FLAGS, LIMITS, TYPES } from "../codec/constants.ts";
import { DbeError } from "../codec/error.ts";
import { decodeHeader, type Header, writeHeader } from "../codec/header.ts";
import { decodeLocal } from "../codec/local.ts";
import { reasonName, typeName } from "../codec/names.ts";

/** A frame of the handshake whose payload is still to be filled. */
export interface Draft {
  readonly frame: Buffer;
  /** View of the frame's header. */
  readonly header: Buffer;
  /** View of the frame's payload. */
  readonly payload: Buffer;
}

const answers = (type: number): boolean => type === TYPES.HS_RESPONSE || type === TYPES.HS_DONE;

/** A frame with its header written and the rest zero. */
export function draft(type: number, messageId: Buffer, now: number, payloadLength: number): Draft {
  if (payloadLength > LIMITS.handshakePayload) {
    throw new DbeError("TOO_LARGE", `${payloadLength} bytes of handshake; the certificate or the quote is too long`);
  }
  const frame = Buffer.alloc(LIMITS.header + payloadLength + LIMITS.tag);
  const flags = answers(type) ? FLAGS.RESPONSE : 0;
  const zero = { sequence: 0, source: 0, destination: 0, session: 0, tlvLength: 0 };
  writeHeader(frame, { type, flags, messageId, timestamp: now, payloadLength, ...zero });
  const end = frame.length - LIMITS.tag;
  return { frame, header: frame.subarray(0, LIMITS.header), payload: frame.subarray(LIMITS.header, end) };
}

/**
 * Takes a frame apart that must be of this type and time.
 * @throws DbeError with the peer's reason when it is a refusal; MALFORMED, STALE_TIMESTAMP and as decodeHeader
 */
export function accept(frame: Buffer, type: number, now: number): Draft & { readonly messageId: Buffer } {
  const header = decodeHeader(frame);
  if (header.type === TYPES.ERROR) throw refusalIn(frame);
  if (header.type !== type) throw new DbeError("MALFORMED", `${typeName(header.type)} where ${typeName(type)} is due`);
  const end = frame.length - LIMITS.tag;
  if (!isPlain(header, type) || frame.subarray(end).some((byte) => byte !== 0)) {
    throw new DbeError("MALFORMED", `${typeName(type)} with fields that only other messages have`);
  }
  const skew = header.timestamp - now;
  if (Math.abs(skew) > LIMITS.timestampMs) {
    const remedy = "set the clocks of both nodes by the same time source";
    throw new DbeError(
      "STALE_TIMESTAMP",
      `${skew} ms from this node's clock, at most ${LIMITS.timestampMs}; ${remedy}`,
    );
  }
  const { messageId } = header;
  return { frame, messageId, header: frame.subarray(0, LIMITS.header), payload: frame.subarray(LIMITS.header, end) };
}

function isPlain(header: Header, type: number): boolean {
  const { flags, sequence, source, destination, session, tlvLength } = header;
  const zero = sequence === 0 && source === 0 && destination === 0 && session === 0 && tlvLength === 0;
  return zero && flags === (answers(type) ? FLAGS.RESPONSE : 0);
}

function refusalIn(frame: Buffer): DbeError {
  const reason = reasonName(decodeLocal(frame).tlvs.reason ?? 0) ?? "INTERNAL";
  return new DbeError(reason, "the other side refused the handshake; its audit has the details");
}
