import type { Signer } from "../../pqc/signer.ts";
import { CLAIM_CONTEXT, type Claim, MAX_CLAIM_SECONDS, USER_ID } from "./claim.ts";

/** What a claim is minted for. */
export interface ClaimRequest {
  /** Upper-case tenant id. */
  readonly tenant: string;
  readonly userId: string;
  /** Device that will send the message. */
  readonly device: number;
  /** Id of the message, 16 bytes. */
  readonly messageId: Buffer;
  /** How long it holds, seconds, 1 to 300 (default 60). */
  readonly seconds?: number;
}

/**
 * An L7_CLAIM_TOKEN: `base64url(header).base64url(payload).base64url(signature)`, as JWS compact serialization (RFC 7515)
 * with the algorithm ML-DSA-87 (FIPS 204) under the context `dsmil-l7-claim-v1`.
 * @param signer holds the tenant's signing key
 * @param now ms since 1970
 * @throws RangeError for a user id, message id or life out of bounds
 */
export async function mintClaim(signer: Signer, request: ClaimRequest, now: number = Date.now()): Promise<Buffer> {
  const { tenant, userId, device, messageId, seconds = 60 } = request;
  if (!USER_ID.test(userId)) throw new RangeError("a user id has 1 to 128 printable characters and no white space");
  if (messageId.length !== 16) throw new RangeError(`a message id has 16 bytes, not ${messageId.length}`);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_CLAIM_SECONDS) {
    throw new RangeError(`a claim holds 1 to ${MAX_CLAIM_SECONDS} seconds, not ${seconds}`);
  }
  const issued = Math.floor(now / 1000);
  const claim: Claim = {
    tenant_id: tenant,
    user_id: userId,
    device,
    issued_at: issued,
    expires_at: issued + seconds,
    message_id: messageId.toString("hex"),
  };
  const head = encoded({ alg: "ML-DSA-87", typ: "dsmil-claim", kid: tenant.toLowerCase() });
  const signed = `${head}.${encoded(claim)}`;
  const signature = await signer.sign(Buffer.from(signed), CLAIM_CONTEXT);
  return Buffer.from(`${signed}.${signature.toString("base64url")}`);
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
