import { LIMITS, TYPES } from "./constants.ts";
import { DbeError } from "./error.ts";
import type { Header } from "./header.ts";
import { decodeTlvs, tlvsLength, writeTlvs } from "./tlvs.ts";
import type { Envelope, Tlvs } from "./types.ts";

/** Lengths of what follows an envelope's header. */
export interface BodyLengths {
  readonly tlvLength: number;
  readonly payloadLength: number;
}

/**
 * Lengths of an envelope's body, after checks of all that is in it.
 * @throws DbeError MALFORMED or TOO_LARGE
 */
export function bodyLengths(envelope: Envelope): BodyLengths {
  checkReason(envelope.type, envelope.tlvs);
  const payloadLength = envelope.payload.length;
  if (payloadLength > LIMITS.payload) {
    throw new DbeError("TOO_LARGE", `${payloadLength} bytes of payload, at most ${LIMITS.payload}`);
  }
  return { tlvLength: tlvsLength(envelope.tlvs), payloadLength };
}

/** Writes TLVs and payload in clear; returns where they end. */
export function writeBody(envelope: Envelope, to: Buffer, start: number): number {
  const at = writeTlvs(envelope.tlvs, to, start);
  return at + envelope.payload.copy(to, at);
}

/**
 * The envelope of a header and its body in clear; values are views of `body`.
 * @throws DbeError MALFORMED or TOO_LARGE
 */
export function readBody(header: Header, body: Buffer): Envelope {
  const tlvs = decodeTlvs(body.subarray(0, header.tlvLength));
  checkReason(header.type, tlvs);
  const { type, flags, messageId, source, destination, timestamp } = header;
  return { type, flags, messageId, source, destination, timestamp, tlvs, payload: body.subarray(header.tlvLength) };
}

function checkReason(type: number, tlvs: Tlvs): void {
  if ((type === TYPES.ERROR) === (tlvs.reason !== undefined)) return;
  throw new DbeError("MALFORMED", "an ERROR needs the TLV REASON, and no other message has it");
}
