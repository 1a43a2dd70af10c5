import { bodyLengths, readBody, writeBody } from "./body.ts";
import { LIMITS, TYPES } from "./constants.ts";
import { DbeError } from "./error.ts";
import { decodeHeader, isHandshake, writeHeader } from "./header.ts";
import type { Envelope } from "./types.ts";

/**
 * A frame in clear, between a service and its gateway: session 0, sequence 0, a tag of zeros.
 * @throws DbeError MALFORMED, UNKNOWN_TYPE or TOO_LARGE when no receiver would accept it
 */
export function encodeLocal(envelope: Envelope): Buffer {
  checkType(envelope.type);
  const lengths = bodyLengths(envelope);
  const { type, flags, messageId, timestamp, source, destination } = envelope;
  const end = LIMITS.header + lengths.tlvLength + lengths.payloadLength;
  const frame = Buffer.allocUnsafe(end + LIMITS.tag);
  const local = { sequence: 0, session: 0 };
  writeHeader(frame, { type, flags, messageId, timestamp, source, destination, ...local, ...lengths });
  writeBody(envelope, frame, LIMITS.header);
  frame.fill(0, end);
  return frame;
}

/**
 * The envelope of a frame in clear; its buffers are views of `frame`.
 * @throws DbeError MALFORMED, UNSUPPORTED_VERSION, UNKNOWN_TYPE or TOO_LARGE
 */
export function decodeLocal(frame: Buffer): Envelope {
  const header = decodeHeader(frame);
  checkType(header.type);
  if (header.session !== 0 || header.sequence !== 0) {
    throw new DbeError("MALFORMED", "a frame in clear is of session 0 and has no sequence");
  }
  const end = frame.length - LIMITS.tag;
  for (let at = end; at < frame.length; at++) {
    if (frame[at] !== 0) throw new DbeError("MALFORMED", "a frame in clear has a tag of zeros");
  }
  return readBody(header, frame.subarray(LIMITS.header, end));
}

function checkType(type: number): void {
  if (!isHandshake(type) && type !== TYPES.CLOSE) return;
  throw new DbeError("UNKNOWN_TYPE", `type 0x${type.toString(16)} is between nodes only`);
}
