import { decodeEvent } from "../../runtime/event-codec.ts";
import type { Log } from "../../runtime/log.ts";
import type { Refuser } from "../../runtime/reject.ts";
import { rejectEntry } from "../../runtime/reject-entry.ts";
import type { Outcome } from "../../runtime/stream-consumer.ts";
import type { StreamEntry } from "../../runtime/stream-entry.ts";
import type { Archive } from "./archive.ts";

/**
 * A consumer's handler for REJECTS: archives each once. An entry that is unreadable itself is archived as a reject
 * too, not put on the stream again. Throws while the archive is away.
 */
export function archiveRejects(archive: Archive, self: Refuser, log: Log) {
  return async (entries: readonly StreamEntry[]): Promise<Outcome> => {
    const rejects = entries.map((entry) => {
      const decoded = decodeEvent(entry.event, self.tenant);
      return decoded.ok ? decoded.value : rejectEntry(entry, decoded.reason, decoded.detail, self).event;
    });
    const refused = await archive.storeRejects(rejects);
    for (const [id, reason] of refused) log.error({ reject: id, reason }, "the archive refuses a reject; dropped");
    return { done: entries.map(({ id }) => id), failed: [] };
  };
}
