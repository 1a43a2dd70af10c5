import { decodeEvent, encodeEvent } from "../../runtime/event-codec.ts";
import type { Log } from "../../runtime/log.ts";
import type { Metrics } from "../../runtime/metrics.ts";
import { RecentIds } from "../../runtime/recent-ids.ts";
import type { Refuser } from "../../runtime/reject.ts";
import { type Rejected, rejectEntry } from "../../runtime/reject-entry.ts";
import type { OwnEvents } from "../../runtime/soc/own-events.ts";
import type { Outcome } from "../../runtime/stream-consumer.ts";
import type { StreamEntry } from "../../runtime/stream-entry.ts";
import type { StreamWriter } from "../../runtime/stream-writer.ts";
import { type Observed, observed } from "./observed.ts";
import { type Signal, signalEvent, signalId } from "./signal.ts";
import type { SignalCounter } from "./signal-counter.ts";

/** A device's way to look at an event, once, in the order of the stream. */
export type Detector = (event: Observed, now: number) => readonly Signal[];

export interface WatchOptions {
  readonly detectors: readonly Detector[];
  readonly events: OwnEvents;
  readonly counter: SignalCounter;
  readonly writer: StreamWriter;
  readonly rejects: string;
  readonly self: Refuser;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Told how long a batch took, ms. */
  readonly took: (ms: number) => void;
}

/** Events that are known to have been looked at: SOC_EVENTS can carry one twice, in part and in full. */
const REMEMBERED = 20_000;

/**
 * A consumer's handler for SOC_EVENTS: each detector looks at each event once; what they find goes to the archive and
 * SOC_EVENTS, what is no event to REJECTS. Throws while a store is away; what was found then is kept for the next call.
 */
export function watchEvents({ detectors, events, counter, writer, rejects, self, metrics, log, took }: WatchOptions) {
  const seen = new RecentIds(REMEMBERED);
  /** What was found of entries that are not finished: their events are not looked at again. */
  const unfinished = new Map<string, readonly Signal[]>();

  const lookAt = (event: Observed): readonly Signal[] => {
    if (seen.has(event.id)) return [];
    seen.add(event.id);
    const now = Date.now();
    return detectors.flatMap((detect) => detect(event, now));
  };

  return async (entries: readonly StreamEntry[]): Promise<Outcome> => {
    const begun = performance.now();
    const found: Signal[] = [];
    const unsure = new Set<string>();
    const rejected: Rejected[] = [];
    for (const entry of entries) {
      const decoded = decodeEvent(entry.event, self.tenant);
      if (!decoded.ok) {
        rejected.push(rejectEntry(entry, decoded.reason, decoded.detail, self));
        continue;
      }
      const event = observed(decoded.value, Date.now());
      if (!event) continue;
      const signals = unfinished.get(entry.id) ?? lookAt(event);
      unfinished.set(entry.id, signals);
      found.push(...signals);
      if (entry.deliveries > 1) for (const signal of signals) unsure.add(signalId(self.tenant, signal));
    }
    const byId = new Map(found.map((signal) => [signalId(self.tenant, signal), signal]));
    const made = [...byId.values()].map((signal) => signalEvent(signal, self.tenant, new Date()));
    const told = await events.record(made, unsure);
    await writer.append(rejected.map(({ event }) => ({ key: rejects, event: encodeEvent(event) })));
    for (const { event_id } of told) {
      const signal = byId.get(event_id);
      if (!signal) continue;
      const { flag, about, severity } = signal;
      counter.found(flag);
      log.warn({ audit: true, flag, severity, about, event: event_id }, "signal found");
    }
    for (const { reason } of rejected) metrics.rejected(reason);
    for (const { id } of entries) unfinished.delete(id);
    took(performance.now() - begun);
    metrics.processed("SIGNALS", entries.length, (performance.now() - begun) / 1000);
    return { done: entries.map(({ id }) => id), failed: [] };
  };
}
