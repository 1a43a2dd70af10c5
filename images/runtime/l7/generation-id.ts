import { requestDigest } from "../dbe/claim/request-digest.ts";
import { TYPES } from "../dbe/codec/constants.ts";

/** A request to a worker, as far as its claim is bound to it. */
export interface Generation {
  /** Upper-case tenant id. */
  readonly tenant: string;
  /** Device of the worker. */
  readonly device: number;
  /** 16 random bytes. */
  readonly requestId: Buffer;
  readonly body: Buffer;
}

/** The message id of the claim that goes with a request: the first 16 bytes of its digest, so that it fits no other. */
export function generationId({ tenant, device, requestId, body }: Generation): Buffer {
  const type = TYPES.L7_CHAT_REQ;
  const message = { type, destination: device, messageId: requestId, tlvs: { tenantId: tenant }, payload: body };
  return requestDigest(message).subarray(0, 16);
}
