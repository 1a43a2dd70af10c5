import { FLAGS, REASONS, type Reason, TYPES } from "./constants.ts";
import type { Envelope } from "./types.ts";

/**
 * The ERROR that answers `request`: its message id, tenant and trace, the devices turned round, and a reason only.
 * @param now ms since 1970
 */
export function errorReply(request: Envelope, reason: Reason, now: number): Envelope {
  const { tenantId, traceId } = request.tlvs;
  return {
    type: TYPES.ERROR,
    flags: FLAGS.RESPONSE,
    messageId: request.messageId,
    source: request.destination,
    destination: request.source,
    timestamp: now,
    tlvs: {
      ...(tenantId !== undefined && { tenantId }),
      ...(traceId !== undefined && { traceId }),
      reason: REASONS[reason],
    },
    payload: Buffer.alloc(0),
  };
}
