import { encodeEvent } from "./event-codec.ts";
import type { Metrics } from "./metrics.ts";
import type { Refuser } from "./reject.ts";
import { rejectEntry } from "./reject-entry.ts";
import type { StreamEntry } from "./stream-entry.ts";
import type { StreamWriter } from "./stream-writer.ts";

/** A consumer's `onPoison`: the entry goes to REJECTS with reason `poison` and the last error's message. */
export function rejectPoison(
  writer: StreamWriter,
  rejects: string,
  self: Refuser,
  metrics: Metrics,
): (entry: StreamEntry, error: Error) => Promise<void> {
  return async (entry, error) => {
    const detail = `${entry.deliveries} deliveries, at last: ${error.message}`.slice(0, 500);
    await writer.append([{ key: rejects, event: encodeEvent(rejectEntry(entry, "poison", detail, self).event) }]);
    metrics.rejected("poison");
  };
}
