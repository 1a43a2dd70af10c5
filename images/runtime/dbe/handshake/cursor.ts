import { DbeError } from "../codec/error.ts";

/** Reads fields one after the other; all that goes beyond the end is MALFORMED. */
export class Cursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Where the next field begins. */
  get position(): number {
    return this.#at;
  }

  u8(): number {
    return this.bytes(1).readUInt8(0);
  }

  u16(): number {
    return this.bytes(2).readUInt16BE(0);
  }

  u32(): number {
    return this.bytes(4).readUInt32BE(0);
  }

  /** A view of the next `length` bytes. */
  bytes(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new DbeError("MALFORMED", "a handshake message is cut off");
    const view = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return view;
  }

  /** All that is left. */
  rest(): Buffer {
    return this.bytes(this.#bytes.length - this.#at);
  }

  /** Throws unless everything was read. */
  end(): void {
    if (this.#at !== this.#bytes.length)
      throw new DbeError("MALFORMED", "a handshake message has more than its fields");
  }
}
