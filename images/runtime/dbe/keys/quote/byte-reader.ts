/** Reads big-endian fields one after the other; throws a RangeError where the bytes end too early. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** An unsigned integer of 1, 2 or 4 bytes. */
  uint(size: 1 | 2 | 4): number {
    return this.take(size).readUIntBE(0, size);
  }

  /** An unsigned integer of 8 bytes. */
  uint64(): bigint {
    return this.take(8).readBigUInt64BE();
  }

  /** Bytes with their length before them (2 bytes): what TPM 2.0 calls a TPM2B. @throws RangeError above `most` */
  sized(most: number): Buffer {
    const length = this.uint(2);
    if (length > most) throw new RangeError(`${length} bytes where at most ${most} may be`);
    return this.take(length);
  }

  /** @throws RangeError unless everything was read */
  end(): void {
    const left = this.#bytes.length - this.#at;
    if (left !== 0) throw new RangeError(`${left} bytes too many`);
  }

  take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError(`ends after ${this.#bytes.length} bytes`);
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }
}
