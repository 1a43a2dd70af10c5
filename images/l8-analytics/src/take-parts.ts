import { decodeEvent, encodeEvent } from "../../runtime/event-codec.ts";
import type { Metrics } from "../../runtime/metrics.ts";
import type { Refuser } from "../../runtime/reject.ts";
import { rejectEntry } from "../../runtime/reject-entry.ts";
import type { RejectReason } from "../../runtime/reject-reason.ts";
import type { Outcome } from "../../runtime/stream-consumer.ts";
import type { StreamEntry } from "../../runtime/stream-entry.ts";
import type { StreamAppend, StreamWriter } from "../../runtime/stream-writer.ts";
import type { JoinBuffer } from "./join-buffer.ts";

export interface TakeOptions {
  readonly join: JoinBuffer;
  readonly writer: StreamWriter;
  readonly rejects: string;
  readonly self: Refuser;
  readonly metrics: Metrics;
}

/**
 * A consumer's handler for L3_OUT and L4_OUT: hands the parts to the join buffer, where their entries stay in flight.
 * Done at once are those it has no use for, and unreadable ones, which go to REJECTS.
 */
export function takeParts({ join, writer, rejects, self, metrics }: TakeOptions) {
  return async (entries: readonly StreamEntry[]): Promise<Outcome> => {
    const decoded = entries.map((entry) => ({ entry, result: decodeEvent(entry.event, self.tenant) }));
    const appends: StreamAppend[] = [];
    const reasons: RejectReason[] = [];
    for (const { entry, result } of decoded) {
      if (result.ok) continue;
      reasons.push(result.reason);
      appends.push({ key: rejects, event: encodeEvent(rejectEntry(entry, result.reason, result.detail, self).event) });
    }
    // May throw, and the batch comes again: nothing has been handed over yet.
    await writer.append(appends);
    for (const reason of reasons) metrics.rejected(reason);
    const done: string[] = [];
    const now = performance.now();
    for (const { entry, result } of decoded) {
      if (!result.ok || !join.offer(entry, result.value, now)) done.push(entry.id);
    }
    return { done, failed: [] };
  };
}
