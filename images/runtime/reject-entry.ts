import type { DsmilEvent } from "./event.ts";
import { type Refuser, rejectEvent } from "./reject.ts";
import type { RejectReason } from "./reject-reason.ts";
import type { StreamEntry } from "./stream-entry.ts";

/** An entry that goes to REJECTS, with the reason for the counter. */
export interface Rejected {
  readonly kind: "rejected";
  readonly event: DsmilEvent;
  readonly reason: RejectReason;
}

/** The reject of a whole stream entry: its text is the line, its stream the source, its id the time. */
export function rejectEntry(
  entry: StreamEntry,
  reason: RejectReason,
  detail: string,
  self: Refuser,
  eventId?: string,
): Rejected {
  const refusal = {
    reason,
    detail,
    line: entry.event ?? "",
    source: entry.key,
    receivedAt: new Date(Number.parseInt(entry.id, 10) || 0).toISOString(),
    entry: `${entry.key}/${entry.id}`,
    ...(eventId && { eventId }),
  };
  return { kind: "rejected", reason, event: rejectEvent(refusal, self) };
}
