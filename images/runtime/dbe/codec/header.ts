import { FLAGS, LIMITS, MAGIC, OFFSETS, TYPES, VERSION } from "./constants.ts";
import { DbeError } from "./error.ts";
import { typeName } from "./names.ts";

/** The first 56 bytes of a frame. */
export interface Header {
  readonly type: number;
  readonly flags: number;
  /** A view of the frame. */
  readonly messageId: Buffer;
  /** From 1 in a session; 0 outside of one. */
  readonly sequence: number;
  /** ms since 1970 */
  readonly timestamp: number;
  readonly source: number;
  readonly destination: number;
  /** 0 outside of a session. */
  readonly session: number;
  readonly tlvLength: number;
  readonly payloadLength: number;
}

const KNOWN_FLAGS = FLAGS.RESPONSE | FLAGS.NO_REPLY | FLAGS.RETRY;
/** Upper halves of u64 fields stay below this, so that they are exact numbers. */
const SAFE_HIGH = 2 ** 21;

/** Whether a type is one of the handshake's four. */
export function isHandshake(type: number): boolean {
  return type >= TYPES.HS_INIT && type <= TYPES.HS_DONE;
}

/**
 * Length of the frame that begins here, after checks of all that the first 56 bytes tell about it.
 * @throws DbeError MALFORMED, UNSUPPORTED_VERSION, UNKNOWN_TYPE or TOO_LARGE
 */
export function frameLength(start: Buffer): number {
  if (start.length < LIMITS.header) throw new DbeError("MALFORMED", `${start.length} bytes, a header has 56`);
  if (start.readUInt32BE(OFFSETS.magic) !== MAGIC) throw new DbeError("MALFORMED", "no DBE magic");
  const version = start.readUInt8(OFFSETS.version);
  if (version !== VERSION) throw new DbeError("UNSUPPORTED_VERSION", `version ${version}, this side speaks ${VERSION}`);
  const type = start.readUInt8(OFFSETS.type);
  if (typeName(type) === undefined) throw new DbeError("UNKNOWN_TYPE", `message type 0x${type.toString(16)}`);
  const tlvLength = start.readUInt32BE(OFFSETS.tlvLength);
  if (tlvLength > LIMITS.tlvs) throw new DbeError("TOO_LARGE", `${tlvLength} bytes of TLVs, at most ${LIMITS.tlvs}`);
  const payloadLength = start.readUInt32BE(OFFSETS.payloadLength);
  const most = isHandshake(type) ? LIMITS.handshakePayload : LIMITS.payload;
  if (payloadLength > most) throw new DbeError("TOO_LARGE", `${payloadLength} bytes of payload, at most ${most}`);
  return LIMITS.header + tlvLength + payloadLength + LIMITS.tag;
}

/**
 * The header of a whole frame.
 * @throws DbeError as frameLength, and MALFORMED when the frame is longer or shorter than its header says
 */
export function decodeHeader(frame: Buffer): Header {
  const length = frameLength(frame);
  if (frame.length !== length) throw new DbeError("MALFORMED", `${frame.length} bytes, the header says ${length}`);
  const flags = frame.readUInt16BE(OFFSETS.flags);
  if ((flags & ~KNOWN_FLAGS) !== 0) throw new DbeError("MALFORMED", `unknown flags 0x${flags.toString(16)}`);
  return {
    type: frame.readUInt8(OFFSETS.type),
    flags,
    messageId: frame.subarray(OFFSETS.messageId, OFFSETS.messageId + LIMITS.messageId),
    sequence: readU64(frame, OFFSETS.sequence),
    timestamp: readU64(frame, OFFSETS.timestamp),
    source: frame.readUInt16BE(OFFSETS.source),
    destination: frame.readUInt16BE(OFFSETS.destination),
    session: frame.readUInt32BE(OFFSETS.session),
    tlvLength: frame.readUInt32BE(OFFSETS.tlvLength),
    payloadLength: frame.readUInt32BE(OFFSETS.payloadLength),
  };
}

/**
 * Writes a header to the beginning of `frame`.
 * @throws DbeError as decodeHeader would for what is written, so that nothing is sent that no one accepts
 */
export function writeHeader(frame: Buffer, header: Header): void {
  if (header.messageId.length !== LIMITS.messageId) {
    throw new DbeError("MALFORMED", `a message id has ${LIMITS.messageId} bytes, this has ${header.messageId.length}`);
  }
  frame.writeUInt32BE(MAGIC, OFFSETS.magic);
  frame.writeUInt8(VERSION, OFFSETS.version);
  frame.writeUInt8(whole(header.type, 0xff, "type"), OFFSETS.type);
  frame.writeUInt16BE(whole(header.flags, KNOWN_FLAGS, "flags"), OFFSETS.flags);
  header.messageId.copy(frame, OFFSETS.messageId);
  writeU64(frame, whole(header.sequence, Number.MAX_SAFE_INTEGER, "sequence"), OFFSETS.sequence);
  writeU64(frame, whole(header.timestamp, Number.MAX_SAFE_INTEGER, "timestamp"), OFFSETS.timestamp);
  frame.writeUInt16BE(whole(header.source, 0xffff, "source"), OFFSETS.source);
  frame.writeUInt16BE(whole(header.destination, 0xffff, "destination"), OFFSETS.destination);
  frame.writeUInt32BE(whole(header.session, 0xffffffff, "session"), OFFSETS.session);
  frame.writeUInt32BE(header.tlvLength, OFFSETS.tlvLength);
  frame.writeUInt32BE(header.payloadLength, OFFSETS.payloadLength);
  frameLength(frame);
}

function whole(value: number, most: number, what: string): number {
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new DbeError("MALFORMED", `${what} must be a whole number from 0 to ${most}, not ${value}`);
}

function readU64(frame: Buffer, offset: number): number {
  const high = frame.readUInt32BE(offset);
  if (high >= SAFE_HIGH) throw new DbeError("MALFORMED", "a sequence or timestamp beyond 2^53");
  return high * 2 ** 32 + frame.readUInt32BE(offset + 4);
}

function writeU64(frame: Buffer, value: number, offset: number): void {
  frame.writeUInt32BE(Math.floor(value / 2 ** 32), offset);
  frame.writeUInt32BE(value % 2 ** 32, offset + 4);
}
