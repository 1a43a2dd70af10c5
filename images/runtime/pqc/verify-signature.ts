import { verify } from "node:crypto";
import { MLDSA87, publicKey } from "./keys.ts";

/**
 * Whether an ML-DSA-87 signature (FIPS 204, pure) holds for exactly this key, data and context. Never throws: a key or
 * signature of a wrong form does not hold.
 * @param key hex of the raw public key
 * @param context what the signature is for, as the signer named it
 */
export function verifySignature(
  key: string,
  data: Uint8Array,
  signature: Uint8Array,
  context: string | Uint8Array,
): boolean {
  if (signature.length !== MLDSA87.signature) return false;
  try {
    return verify(null, data, { key: publicKey(key), context: Buffer.from(context) }, signature);
  } catch {
    return false;
  }
}
