import { Backoff } from "../../runtime/backoff.ts";
import { encodeEvent } from "../../runtime/event-codec.ts";
import type { Log } from "../../runtime/log.ts";
import type { Metrics } from "../../runtime/metrics.ts";
import { pause } from "../../runtime/pause.ts";
import { rejectEvent } from "../../runtime/reject.ts";
import { SEVERITIES } from "../../runtime/severity.ts";
import type { StreamAppend, StreamWriter } from "../../runtime/stream-writer.ts";
import type { Archive, Stored } from "./archive.ts";
import { fuse } from "./fuse.ts";
import type { HotPathSlot } from "./hotpath/hotpath-slot.ts";
import type { EntryRef, JoinBuffer } from "./join-buffer.ts";
import type { ShrinkMetrics } from "./shrink-metrics.ts";
import type { SocCounter } from "./soc-counter.ts";
import { encodeVerdict, type Verdict, verdict } from "./verdict.ts";

export interface PipelineOptions {
  readonly join: JoinBuffer;
  readonly archive: Archive;
  readonly hotPath: HotPathSlot;
  readonly writer: StreamWriter;
  readonly socEvents: string;
  readonly rejects: string;
  readonly batchSize: number;
  readonly shrink: () => ShrinkMetrics | undefined;
  readonly ack: (refs: readonly EntryRef[]) => Promise<void>;
  readonly self: { readonly tenant: string; readonly device: number; readonly layer: number };
  readonly metrics: Metrics;
  readonly counter: SocCounter;
  readonly log: Log;
}

/** Devices whose outputs the hot path keeps: the L3 router and the L4 classifier. */
const DEVICES = { l3: 18, l4: 25 };

/** An event on its way, once a batch, with all entries that carried it. */
interface Item extends Verdict {
  readonly refs: readonly EntryRef[];
  readonly redelivered: boolean;
}

/** A partial verdict is worth telling from here on: an alarm must not wait for a classifier that is away. */
const TOLD_EARLY = SEVERITIES.indexOf("HIGH");

/**
 * Takes joined events and, batch by batch: archive → hot path → SOC_EVENTS → acknowledge. A step that fails is
 * repeated with growing pauses, and nothing is acknowledged before all were done, so that a crash anywhere repeats the
 * rest: the archive is idempotent, SOC_EVENTS may then carry an event twice.
 */
export class Pipeline {
  private readonly options: PipelineOptions;
  private readonly backoff = new Backoff(100, 5000);
  private counted = { processed: 0, published: 0 };

  constructor(options: PipelineOptions) {
    this.options = options;
  }

  /** Events processed and published since the start. */
  get counts(): { readonly processed: number; readonly published: number } {
    return this.counted;
  }

  /** Runs until `signal` aborts; never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const { join, batchSize } = this.options;
    while (!signal.aborted) {
      const items = this.items(join.take(batchSize, performance.now()));
      if (items.length === 0) await pause(10, signal);
      else await this.process(items, signal);
    }
  }

  private items(joined: ReturnType<JoinBuffer["take"]>): Item[] {
    const byId = new Map<string, Item>();
    const shrink = this.options.shrink();
    for (const one of joined) {
      const id = one.event.event_id;
      const before = byId.get(id);
      const refs = [...(before?.refs ?? []), ...one.refs];
      const redelivered = one.redelivered || before?.redelivered === true;
      const known = before?.event.l8.complete ? before : verdict(fuse(one, shrink, this.options.self));
      byId.set(id, { ...known, refs, redelivered });
    }
    return [...byId.values()];
  }

  private async process(items: readonly Item[], signal: AbortSignal): Promise<void> {
    const { archive, hotPath, writer, metrics, counter, ack } = this.options;
    const begun = performance.now();
    let stored: Stored | undefined;
    // After a failure nobody knows whether the try before was committed: then all may be news.
    const archived = await this.persistently("postgres", signal, async () => {
      stored = await archive.storeEvents(items);
    });
    if (!stored) return;
    const verdicts: Stored = stored;
    const { inserted, completed, refused } = verdicts;
    hotPath.use((db) => db.putEvents(items, { inserted, completed }, DEVICES));
    const told = items.filter((item) => isTold(item, verdicts, archived.retried));
    const appends = [...this.rejects(items, refused), ...told.map((item) => this.telling(item))];
    const published = await this.persistently("redis", signal, () => writer.append(appends));
    if (!published.done) return;
    const acked = await this.persistently("redis", signal, () => ack(items.flatMap(({ refs }) => refs)));
    if (!acked.done) return;
    for (const _ of refused) metrics.rejected("archive_refused");
    for (const { event } of told) counter.told(event);
    metrics.processed("SOC_FUSE", items.length, (performance.now() - begun) / 1000);
    this.counted = {
      processed: this.counted.processed + items.length,
      published: this.counted.published + told.length,
    };
  }

  private telling(item: Item): StreamAppend {
    return { key: this.options.socEvents, event: encodeVerdict(item) };
  }

  private rejects(items: readonly Item[], refused: Stored["refused"]): StreamAppend[] {
    const { rejects, self } = this.options;
    return items.flatMap(({ event, refs }): StreamAppend[] => {
      const message = refused.get(event.event_id);
      if (message === undefined) return [];
      const { event_id: eventId, payload, ts: receivedAt } = event;
      const [line, source] = [payload.line, payload.source].map((text) => (typeof text === "string" ? text : ""));
      const entry = refs[0] ? `${refs[0].key}/${refs[0].id}` : eventId;
      const refusal = { reason: "archive_refused", detail: message, receivedAt, eventId, entry } as const;
      const reject = rejectEvent({ ...refusal, line: line ?? "", source: source ?? "" }, self);
      return [{ key: rejects, event: encodeEvent(reject) }];
    });
  }

  /** Repeats `step` until it succeeds (`done`) or the service stops. */
  private async persistently(
    store: "postgres" | "redis",
    signal: AbortSignal,
    step: () => Promise<void>,
  ): Promise<{ readonly done: boolean; readonly retried: boolean }> {
    for (let tries = 0; ; tries++) {
      try {
        await step();
        if (tries > 0) this.options.log.info({ store, tries }, "store answers again");
        this.backoff.succeeded();
        return { done: true, retried: tries > 0 };
      } catch (error) {
        this.options.metrics.failed(store);
        if (tries === 0)
          this.options.log.warn({ store, err: error }, "store is away; nothing is acknowledged, trying again");
        if (signal.aborted) return { done: false, retried: true };
        await this.backoff.wait(signal);
      }
    }
  }
}

/** Whether an event goes to SOC_EVENTS: news, and whole or an alarm. */
function isTold({ event, redelivered }: Item, { inserted, completed, refused }: Stored, retried: boolean): boolean {
  if (refused.has(event.event_id)) return false;
  const fresh = inserted.has(event.event_id) || completed.has(event.event_id);
  const news = fresh || (event.l8.complete && (redelivered || retried));
  return news && (event.l8.complete || SEVERITIES.indexOf(event.severity) >= TOLD_EARLY);
}
