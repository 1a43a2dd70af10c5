import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from "node:crypto";
import { LIMITS } from "../codec/constants.ts";
import { DbeError } from "../codec/error.ts";
import { expand } from "./hkdf.ts";

/** Bytes of the part of a nonce that is the direction's own; the sequence is the rest. */
const SALT_BYTES = 4;
const KEY_BYTES = 32;
const OPTIONS = { authTagLength: LIMITS.tag } as const;

/** The key of one direction: AES-256-GCM, nonce = salt (4 bytes) || sequence (8 bytes). */
export class DirectionKey {
  readonly #key: KeyObject;
  readonly #salt: Buffer;

  /**
   * @param secret pseudorandom key of HKDF
   * @param label of the direction; " key" and " salt" are added
   */
  constructor(secret: Buffer, label: string) {
    const key = expand(secret, `${label} key`, KEY_BYTES);
    this.#key = createSecretKey(key);
    key.fill(0);
    this.#salt = Buffer.from(expand(secret, `${label} salt`, SALT_BYTES));
  }

  /**
   * Encrypts `frame[from, end - 16)` in place and writes the tag behind it.
   * @param sequence never used before with this key: the caller counts
   */
  seal(frame: Buffer, from: number, sequence: number, associated: Buffer): void {
    const end = frame.length - LIMITS.tag;
    const cipher = createCipheriv("aes-256-gcm", this.#key, this.#nonce(sequence), OPTIONS);
    cipher.setAAD(associated);
    const text = cipher.update(frame.subarray(from, end));
    cipher.final();
    text.copy(frame, from);
    cipher.getAuthTag().copy(frame, end);
  }

  /**
   * The text of `frame[from, end - 16)`.
   * @throws DbeError BAD_TAG unless this key sealed exactly this
   */
  open(frame: Buffer, from: number, sequence: number, associated: Buffer): Buffer {
    const end = frame.length - LIMITS.tag;
    const decipher = createDecipheriv("aes-256-gcm", this.#key, this.#nonce(sequence), OPTIONS);
    decipher.setAAD(associated);
    decipher.setAuthTag(frame.subarray(end));
    const text = decipher.update(frame.subarray(from, end));
    try {
      decipher.final();
    } catch {
      text.fill(0);
      throw new DbeError("BAD_TAG", "the frame was altered, or sealed with another key");
    }
    return text;
  }

  #nonce(sequence: number): Buffer {
    const nonce = Buffer.allocUnsafe(12);
    this.#salt.copy(nonce);
    nonce.writeUInt32BE(Math.floor(sequence / 2 ** 32), 4);
    nonce.writeUInt32BE(sequence % 2 ** 32, 8);
    return nonce;
  }
}
