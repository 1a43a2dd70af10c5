import type { Envelope } from "../codec/types.ts";

/**
 * Names a request where the peer's requests are remembered: tenant, source device and message id, so that no tenant
 * can run into another's ids. A string of one-byte characters, at most 35 of them.
 */
export function messageKey(tenant: string, source: number, messageId: Buffer): string {
  return `${tenant}\0${String.fromCharCode(source >> 8, source & 0xff)}${messageId.toString("latin1")}`;
}

/** The key of a request. */
export function requestKey(request: Envelope): string {
  return messageKey(request.tlvs.tenantId ?? "", request.source, request.messageId);
}
