import { createPublicKey, sign } from "node:crypto";
import { privateKey } from "./keys.ts";

/** A private ML-DSA-87 key that can only sign. */
export interface Signer {
  /** Hex of the raw public key. */
  readonly publicKey: string;
  /**
   * Signs (FIPS 204, pure ML-DSA, hedged) off the event loop; about 1 ms.
   * @param context what the signature is for, at most 255 bytes; a verifier must name the same
   */
  sign(data: Uint8Array, context: string): Promise<Buffer>;
}

/**
 * The signer of a seed.
 * @param seed 64 hex digits
 * @throws unless it is that
 */
export function signer(seed: string): Signer {
  const key = privateKey(seed);
  return {
    publicKey: createPublicKey(key).export({ format: "raw-public" }).toString("hex"),
    sign: (data, context) =>
      new Promise((resolve, reject) => {
        sign(null, data, { key, context: Buffer.from(context) }, (error, signature) =>
          error ? reject(error) : resolve(signature),
        );
      }),
  };
}
