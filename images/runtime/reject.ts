import { createHash } from "node:crypto";
import type { DsmilEvent } from "./event.ts";
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

/** A UUID that depends on `name` alone (RFC 9562 version 8, over SHA-256). */
function nameUuid(name: string): string {
  const bytes = createHash("sha256").update(name).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
