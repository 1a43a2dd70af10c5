import { createHash } from "node:crypto";
import type { Envelope } from "../codec/types.ts";

/** Context of the two signatures under a protected request. */
export const TWO_PERSON_CONTEXT = "dsmil-two-person-v1";

type Digested = Pick<Envelope, "type" | "destination" | "messageId" | "tlvs" | "payload">;

/**
 * What two people sign: SHA-384 of type (u8) || destination (u16, big-endian) || length of the message id (u8) || message
 * id || length of the tenant id (u8) || tenant id (ASCII) || payload. The lengths keep the parts apart; the message id
 * makes the signatures good for one message only.
 */
export function requestDigest({ type, destination, messageId, tlvs, payload }: Digested): Buffer {
  const tenant = Buffer.from(tlvs.tenantId ?? "", "latin1");
  const start = Buffer.alloc(4);
  start.writeUInt8(type, 0);
  start.writeUInt16BE(destination, 1);
  start.writeUInt8(messageId.length, 3);
  const hash = createHash("sha384").update(start).update(messageId);
  return hash.update(Buffer.of(tenant.length)).update(tenant).update(payload).digest();
}
