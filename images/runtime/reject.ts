import type { DsmilEvent } from "./event.ts";
import { nameUuid } from "./name-uuid.ts";
import type { RejectReason } from "./reject-reason.ts";

/** Longest part of a refused line that is kept, characters. */
const KEPT = 16 * 1024;

/** What was refused, where and why. */
export interface Refusal {
  readonly reason: RejectReason;
  readonly detail: string;
  /** The line or entry text as it came. */
  readonly line: string;
  /** Where the line came from: a file or host name given at ingest. */
  readonly source: string;
  /** RFC 3339 */
  readonly receivedAt: string;
  /** Id of the refused event, if one was readable; makes a second delivery the same reject. */
  readonly eventId?: string;
  /** Stream key and entry id, the identity of an entry without a readable event id. */
  readonly entry: string;
}

/** Who refuses it. */
export interface Refuser {
  readonly tenant: string;
  readonly device: number;
  readonly layer: number;
}

/** A REJECTS entry: an event of category REJECT whose payload says reason, detail, line and source. */
export function rejectEvent(refusal: Refusal, refuser: Refuser): DsmilEvent {
  const { reason, detail, line, source, receivedAt } = refusal;
  return {
    event_id: refusal.eventId ?? nameUuid(refusal.entry),
    tenant_id: refuser.tenant,
    ts: receivedAt,
    source_device: refuser.device,
    source_layer: refuser.layer,
    category: "REJECT",
    severity: "LOW",
    payload: {
      reason,
      detail,
      source,
      line: line.slice(0, KEPT),
      received_at: receivedAt,
      ...(line.length > KEPT && { line_length: line.length }),
    },
  };
}
