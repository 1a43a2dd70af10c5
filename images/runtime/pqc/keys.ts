import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";

/** Bytes of an ML-DSA-87 seed, public key and signature (FIPS 204, table 2). */
export const MLDSA87 = { seed: 32, publicKey: 2592, signature: 4627 } as const;

/**
 * The ML-DSA-87 key of a seed.
 * @param seed 64 hex digits
 * @throws unless it is that
 */
export function privateKey(seed: string): KeyObject {
  const key = bytes(seed, MLDSA87.seed, "seed");
  const object = createPrivateKey({ key, format: "raw-seed", asymmetricKeyType: "ml-dsa-87" });
  key.fill(0);
  return object;
}

/**
 * @param hex the raw public key, 2592 bytes in hex
 * @throws unless it is that
 */
export function publicKey(hex: string): KeyObject {
  const key = bytes(hex, MLDSA87.publicKey, "public key");
  return createPublicKey({ key, format: "raw-public", asymmetricKeyType: "ml-dsa-87" });
}

// Buffer.from stops silently at the first character that is no hex digit: the length shows it.
function bytes(hex: string, length: number, what: string): Buffer {
  const value = Buffer.from(hex, "hex");
  if (value.length === length && hex.length === 2 * length) return value;
  throw new Error(`not an ML-DSA-87 ${what}: ${length} bytes in hex are needed`);
}
