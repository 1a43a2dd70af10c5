import { encodeEvent } from "../../../runtime/event-codec.ts";
import type { Metrics } from "../../../runtime/metrics.ts";
import type { Refuser } from "../../../runtime/reject.ts";
import { type Rejected, rejectEntry } from "../../../runtime/reject-entry.ts";
import type { Outcome } from "../../../runtime/stream-consumer.ts";
import type { StreamEntry } from "../../../runtime/stream-entry.ts";
import type { StreamWriter } from "../../../runtime/stream-writer.ts";
import type { Finding } from "../finding.ts";
import type { Findings } from "../findings.ts";
import { discrepancyOf } from "./compare.ts";
import { readVerdict } from "./verdict.ts";

export interface WatchOptions {
  readonly findings: Findings;
  readonly writer: StreamWriter;
  readonly rejects: string;
  readonly self: Refuser;
  readonly metrics: Metrics;
}

/**
 * A consumer's handler for SOC_EVENTS: records where Layers 3 and 4 contradict each other; what is no event goes to
 * REJECTS. Throws while a store is away.
 */
export function watchEntries({ findings, writer, rejects, self, metrics }: WatchOptions) {
  return async (entries: readonly StreamEntry[]): Promise<Outcome> => {
    const begun = performance.now();
    const found: Finding[] = [];
    const unsure = new Set<Finding>();
    const rejected: Rejected[] = [];
    for (const entry of entries) {
      const { verdict, refused } = readVerdict(entry.event, self.tenant);
      const finding = verdict && discrepancyOf(verdict, `SOC_EVENTS/${entry.id}`);
      if (finding) {
        found.push(finding);
        if (entry.deliveries > 1) unsure.add(finding);
      } else if (refused) {
        rejected.push(rejectEntry(entry, refused.reason, refused.detail, self));
      }
    }
    await findings.record(found, unsure);
    await writer.append(rejected.map(({ event }) => ({ key: rejects, event: encodeEvent(event) })));
    for (const { reason } of rejected) metrics.rejected(reason);
    metrics.processed("ADVML_WATCH", entries.length, (performance.now() - begun) / 1000);
    return { done: entries.map(({ id }) => id), failed: [] };
  };
}
