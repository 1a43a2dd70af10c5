import { FLAGS, TYPES } from "../codec/constants.ts";
import { DbeError } from "../codec/error.ts";
import type { Envelope } from "../codec/types.ts";

/**
 * What links say to each other: HEALTH messages from device 0 to device 0, in a session. Payload: kind (1 byte), boot
 * id of the speaker (16 bytes), body.
 *
 * The boot id is random and made with the link, as the memory of delivered requests is: as long as the peer tells the
 * same one, it remembers. It is in every control message, so that it does not matter which arrives first.
 */
export const CONTROL = {
  /** First message of a new session, by the initiator of its handshake. */
  HELLO: 1,
  /** Answer to HELLO. */
  WELCOME: 2,
  PING: 3,
  /** Answer to PING; carries its message id. */
  PONG: 4,
  /** Answers that arrived; body: see receipts.ts. */
  RECEIPTS: 5,
} as const;

export type ControlKind = (typeof CONTROL)[keyof typeof CONTROL];

/** Bytes of a boot id. */
export const BOOT_BYTES = 16;

/** A control message, taken apart. */
export interface Control {
  readonly kind: ControlKind;
  /** Hex. */
  readonly boot: string;
  readonly body: Buffer;
}

const NOTHING = Buffer.alloc(0);
const KINDS: ReadonlySet<number> = new Set(Object.values(CONTROL));

/** Whether an envelope is between the links themselves; services cannot send one, their devices are not 0. */
export function isControl(envelope: Envelope): boolean {
  return envelope.type === TYPES.HEALTH && envelope.source === 0 && envelope.destination === 0;
}

/** A control message; the timestamp is set when it is sent. */
export function encodeControl(kind: ControlKind, boot: string, messageId: Buffer, body: Buffer = NOTHING): Envelope {
  const reply = kind === CONTROL.WELCOME || kind === CONTROL.PONG;
  return {
    type: TYPES.HEALTH,
    flags: reply ? FLAGS.RESPONSE : FLAGS.NO_REPLY,
    messageId,
    source: 0,
    destination: 0,
    timestamp: 0,
    tlvs: {},
    payload: Buffer.concat([Buffer.of(kind), Buffer.from(boot, "hex"), body]),
  };
}

/**
 * Takes a control message apart.
 * @throws DbeError MALFORMED
 */
export function decodeControl(envelope: Envelope): Control {
  const { payload } = envelope;
  const kind = payload[0];
  if (kind === undefined || !KINDS.has(kind) || payload.length < 1 + BOOT_BYTES) {
    throw new DbeError("MALFORMED", "a HEALTH message between nodes that is no control message");
  }
  const boot = payload.subarray(1, 1 + BOOT_BYTES).toString("hex");
  return { kind: kind as ControlKind, boot, body: payload.subarray(1 + BOOT_BYTES) };
}

/** The last message of a session: nothing follows it, the channel is closed. */
export function closing(messageId: Buffer): Envelope {
  const devices = { source: 0, destination: 0 };
  return { type: TYPES.CLOSE, flags: FLAGS.NO_REPLY, messageId, ...devices, timestamp: 0, tlvs: {}, payload: NOTHING };
}
