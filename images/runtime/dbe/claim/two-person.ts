import { createHash } from "node:crypto";
import { signer } from "../../pqc/signer.ts";
import { TYPES } from "../codec/constants.ts";
import { requestDigest, TWO_PERSON_CONTEXT } from "./request-digest.ts";

/** What two people sign of an NC3 query. */
export interface Nc3Query {
  /** `ALPHA` */
  readonly tenant: string;
  readonly destination: number;
  /** Hex. */
  readonly messageId: string;
  readonly payload: string;
}

/**
 * One person's signature under an NC3 query, hex: SHA-256 of the public key, then ML-DSA-87 over the request's digest; the
 * content of TWO_PERSON_SIG_A or _B.
 * @param seed 64 hex digits
 */
export async function signNc3Query(
  { tenant, destination, messageId, payload }: Nc3Query,
  seed: string,
): Promise<string> {
  const digest = requestDigest({
    ...{ type: TYPES.L9_NC3_QUERY, flags: 0, source: 0, destination, timestamp: 0 },
    messageId: Buffer.from(messageId, "hex"),
    tlvs: { tenantId: tenant },
    payload: Buffer.from(payload),
  });
  const key = signer(seed);
  const id = createHash("sha256").update(key.publicKey, "hex").digest("hex");
  return id + (await key.sign(digest, TWO_PERSON_CONTEXT)).toString("hex");
}
