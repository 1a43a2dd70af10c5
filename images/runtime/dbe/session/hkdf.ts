import { createHmac } from "node:crypto";

/** Bytes of a SHA-384 hash. */
export const HASH_BYTES = 48;

/** HKDF-Extract with SHA-384 (RFC 5869 §2.2). */
export function extract(salt: Buffer, ...material: readonly Buffer[]): Buffer {
  return hmac(salt, ...material);
}

/**
 * HKDF-Expand with SHA-384 (RFC 5869 §2.3), for what one hash block covers.
 * @param length bytes, at most 48
 */
export function expand(key: Buffer, label: string, length: number): Buffer {
  if (length > HASH_BYTES) throw new RangeError(`${length} bytes of key, one block of SHA-384 has ${HASH_BYTES}`);
  return hmac(key, Buffer.from(`${label}\u0001`, "latin1")).subarray(0, length);
}

/** HMAC-SHA-384 over parts, one after the other. */
export function hmac(key: Buffer, ...parts: readonly Buffer[]): Buffer {
  const mac = createHmac("sha384", key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}
