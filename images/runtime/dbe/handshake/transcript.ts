import { createHash, type Hash } from "node:crypto";
import { LABELS } from "../session/labels.ts";

/** Running SHA-384 over all that both sides have seen, beginning with the transport's binding. */
export class Transcript {
  readonly #hash: Hash;

  constructor(binding: Buffer) {
    this.#hash = createHash("sha384").update(LABELS.protocol).update(binding);
  }

  /** Adds the next bytes of the conversation, in the order of the wire. */
  add(bytes: Buffer): void {
    this.#hash.update(bytes);
  }

  /** Hash of what was added so far, followed by `more`. */
  hash(...more: readonly (Buffer | string)[]): Buffer {
    const copy = this.#hash.copy();
    for (const part of more) copy.update(part);
    return copy.digest();
  }
}
