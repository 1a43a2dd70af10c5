import { bodyLengths, readBody, writeBody } from "../codec/body.ts";
import { LIMITS } from "../codec/constants.ts";
import { DbeError } from "../codec/error.ts";
import { decodeHeader, isHandshake, writeHeader } from "../codec/header.ts";
import type { Envelope } from "../codec/types.ts";
import type { SessionKeys } from "./keys.ts";
import { ReplayWindow } from "./window.ts";

/** What a session is made of; the handshake makes it. */
export interface SessionOptions {
  /** Node id of the other side, proven by the handshake. */
  readonly peer: string;
  /** u32, not 0, chosen by the responder. */
  readonly id: number;
  readonly keys: SessionKeys;
  /** ms since 1970 */
  readonly now: () => number;
  /** Messages this side seals at most; 2^32 unless given, and never more. */
  readonly maxMessages?: number;
}

/** Two nodes' shared keys: seals what goes to the peer, opens what comes from it. */
export class Session {
  readonly peer: string;
  readonly id: number;
  /** ms since 1970 */
  readonly createdAt: number;
  /** K_log, 48 bytes, the same on both sides. */
  readonly logKey: Buffer;
  readonly #now: () => number;
  readonly #maxMessages: number;
  readonly #window = new ReplayWindow();
  #keys: SessionKeys | undefined;
  #sent = 0;
  #received = 0;

  constructor(options: SessionOptions) {
    this.peer = options.peer;
    this.id = options.id;
    this.#now = options.now;
    this.createdAt = options.now();
    this.#keys = options.keys;
    this.logKey = options.keys.log;
    this.#maxMessages = Math.min(options.maxMessages ?? LIMITS.sequences, LIMITS.sequences);
  }

  /** Messages sealed so far. */
  get sent(): number {
    return this.#sent;
  }

  /** Messages opened so far. */
  get received(): number {
    return this.#received;
  }

  /** Whether its keys are gone: by retire(). */
  get retired(): boolean {
    return this.#keys === undefined;
  }

  /**
   * The frame of an envelope, under the next sequence: a message that is sent again is sealed again, so that no nonce
   * comes twice with a key.
   * @throws DbeError MALFORMED, TOO_LARGE or UNKNOWN_TYPE when no receiver would accept it, KEY_RETIRED
   */
  seal(envelope: Envelope): Buffer {
    const keys = this.#live();
    if (this.#sent >= this.#maxMessages) {
      throw new DbeError("KEY_RETIRED", `session ${this.id} has sent ${this.#sent} messages; make a new one`);
    }
    checkType(envelope.type);
    const lengths = bodyLengths(envelope);
    const { type, flags, messageId, timestamp, source, destination } = envelope;
    const frame = Buffer.allocUnsafe(LIMITS.header + lengths.tlvLength + lengths.payloadLength + LIMITS.tag);
    const sequence = this.#sent + 1;
    const header = { type, flags, messageId, timestamp, source, destination, sequence, session: this.id, ...lengths };
    writeHeader(frame, header);
    writeBody(envelope, frame, LIMITS.header);
    // Counted before the key is used: whatever fails from here on, this sequence is spent.
    this.#sent = sequence;
    keys.send.seal(frame, LIMITS.header, sequence, frame.subarray(0, LIMITS.header));
    return frame;
  }

  /**
   * The envelope of a frame; its payload and values are a buffer of their own, its message id is a view of the frame.
   * @throws DbeError UNKNOWN_SESSION, KEY_RETIRED, BAD_TAG, REPLAY, STALE_TIMESTAMP, and what decodeHeader and TLVs
   * throw
   */
  open(frame: Buffer): Envelope {
    const header = decodeHeader(frame);
    checkType(header.type);
    if (header.session !== this.id) throw new DbeError("UNKNOWN_SESSION", `session ${header.session} is not this one`);
    const keys = this.#live();
    const { sequence, timestamp } = header;
    if (sequence < 1) throw new DbeError("MALFORMED", "sequences begin with 1");
    if (sequence > LIMITS.sequences) throw new DbeError("KEY_RETIRED", `sequence ${sequence} is beyond the key's use`);
    const body = keys.receive.open(frame, LIMITS.header, sequence, frame.subarray(0, LIMITS.header));
    if (!this.#window.accept(sequence)) {
      throw new DbeError(
        "REPLAY",
        `sequence ${sequence} came before or is too old, the highest is ${this.#window.highest}`,
      );
    }
    const skew = timestamp - this.#now();
    if (Math.abs(skew) > LIMITS.timestampMs) {
      throw new DbeError(
        "STALE_TIMESTAMP",
        `${skew} ms from this node's clock, at most ${LIMITS.timestampMs} either way`,
      );
    }
    const envelope = readBody(header, body);
    this.#received++;
    return envelope;
  }

  /** Lets go of the keys: nothing is sealed or opened any more. */
  retire(): void {
    this.#keys = undefined;
  }

  #live(): SessionKeys {
    if (this.#keys) return this.#keys;
    throw new DbeError("KEY_RETIRED", `session ${this.id} was replaced`);
  }
}

function checkType(type: number): void {
  if (isHandshake(type)) throw new DbeError("UNKNOWN_TYPE", "a handshake frame inside of a session");
}
