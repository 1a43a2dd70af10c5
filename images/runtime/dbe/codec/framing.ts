import { LIMITS } from "./constants.ts";
import { DbeError } from "./error.ts";
import { frameLength } from "./header.ts";

const EMPTY = Buffer.alloc(0);
/** Memory that a frame gets at once: that of 64 KiB and what goes with them. Each growth would copy what has come. */
const FIRST_BYTES = 80 * 1024;

/**
 * Cuts a byte stream into frames by the lengths in their headers. Holds at most one frame's bytes, and refuses a frame
 * by its header before any of the rest is kept. After a refusal the stream has no frame boundary any more: whoever
 * owns it closes it, and further bytes are refused with the same reason.
 */
export class FrameReader {
  /** Longest frame that is accepted from now on, bytes; a peer that is not authenticated yet deserves less. */
  limit: number;
  #store: Buffer = EMPTY;
  #held = 0;
  #wanted = 0;
  #refusal: DbeError | undefined;

  constructor(limit: number = LIMITS.frame) {
    this.limit = limit;
  }

  /** Bytes of a frame that is not whole yet. */
  get held(): number {
    return this.#held;
  }

  /**
   * The frames that are whole with this chunk, in order. They are views of the chunk where it holds them whole.
   * @throws DbeError MALFORMED, UNSUPPORTED_VERSION, UNKNOWN_TYPE or TOO_LARGE; frames before the bad one are lost
   */
  push(chunk: Buffer): Buffer[] {
    if (this.#refusal) throw this.#refusal;
    try {
      return this.#cut(chunk);
    } catch (error) {
      this.#release();
      if (error instanceof DbeError) this.#refusal = error;
      throw error;
    }
  }

  #cut(chunk: Buffer): Buffer[] {
    const frames: Buffer[] = [];
    let rest = chunk;
    while (rest.length > 0) {
      const wanted = this.#wanted || LIMITS.header;
      const inPlace = this.#held === 0 && rest.length >= wanted;
      if (!inPlace) rest = rest.subarray(this.#keep(rest, wanted));
      if (!inPlace && this.#held < wanted) break;
      if (this.#wanted === 0) {
        this.#wanted = this.#accepted(inPlace ? rest : this.#store);
        continue;
      }
      frames.push(inPlace ? rest.subarray(0, wanted) : this.#store.subarray(0, wanted));
      if (inPlace) rest = rest.subarray(wanted);
      this.#release();
    }
    return frames;
  }

  /** Copies what is still missing into the store, which beyond its first size grows with what has come only. */
  #keep(bytes: Buffer, wanted: number): number {
    const taken = Math.min(bytes.length, wanted - this.#held);
    const needed = this.#held + taken;
    if (this.#store.length < needed) {
      const grown = Buffer.allocUnsafe(Math.min(wanted, Math.max(needed, FIRST_BYTES, 2 * this.#store.length)));
      this.#store.copy(grown, 0, 0, this.#held);
      this.#store = grown;
    }
    bytes.copy(this.#store, this.#held, 0, taken);
    this.#held = needed;
    return taken;
  }

  #release(): void {
    this.#store = EMPTY;
    this.#held = 0;
    this.#wanted = 0;
  }

  #accepted(header: Buffer): number {
    const length = frameLength(header);
    if (length > this.limit) throw new DbeError("TOO_LARGE", `a frame of ${length} bytes, at most ${this.limit} now`);
    return length;
  }
}
