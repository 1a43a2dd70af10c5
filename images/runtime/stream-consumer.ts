import type { Redis } from "ioredis";
import { Backoff } from "./backoff.ts";
import type { Log } from "./log.ts";
import { pause } from "./pause.ts";
import { ReadSize } from "./read-size.ts";
import { type StreamEntry, toEntries } from "./stream-entry.ts";
import { untilReady } from "./until-ready.ts";

/** What became of a batch. Entries named in neither list stay in flight until `ack` is called for them. */
export interface Outcome {
  /** Finished: to be acknowledged. */
  readonly done: readonly string[];
  /** Could not be processed for a reason of their own; tried again later, at last given to `onPoison`. */
  readonly failed: readonly { readonly entry: StreamEntry; readonly error: Error }[];
}

export interface ConsumerOptions {
  /** A connection of its own: reads block it. */
  readonly reader: Redis;
  /** A connection that is shared for acknowledgements. */
  readonly writer: Redis;
  readonly key: string;
  readonly group: string;
  readonly consumer: string;
  /** Most entries of one read. */
  readonly batchSize: number;
  readonly pollTimeoutMs: number;
  /** Most entries un-acknowledged in this process; reading pauses at it (default: batchSize). */
  readonly maxInFlight?: number;
  /** Whether there is memory for more now (default: always); asked before each read. */
  readonly hasRoom?: () => boolean;
  /** Entries nobody finished for so long are taken over (default 60,000 ms). */
  readonly staleMs?: number;
  /** Deliveries after which a failing entry is poison (default 5). */
  readonly maxDeliveries?: number;
  /** Handles a batch. A throw means "not now" (a store is away): the same batch comes again after a pause. */
  readonly handle: (entries: readonly StreamEntry[]) => Promise<Outcome>;
  /** Keeps a poison entry aside; it is acknowledged when this returns. */
  readonly onPoison: (entry: StreamEntry, error: Error) => Promise<void>;
  readonly log: Log;
}

/**
 * Reads one stream through a consumer group: first what an earlier run of this consumer left un-acknowledged, then
 * new entries, and every half of `staleMs` what any consumer left for longer than `staleMs`. At least once: an entry
 * is acknowledged only after its handler is done. A lost connection, a restarted server or a missing group (NOGROUP)
 * is logged and waited out.
 *
 * Taking over goes by XPENDING and XCLAIM, not XAUTOCLAIM: that one would deliver again what this process still
 * holds, and count it as one more delivery.
 */
export class StreamConsumer {
  private readonly options: ConsumerOptions;
  private readonly inFlight = new Set<string>();
  private readonly backoff = new Backoff(100, 5000);
  private readonly size = new ReadSize();
  private nextTakeover = 0;
  private started = false;
  private problem = "not started";

  constructor(options: ConsumerOptions) {
    this.options = options;
  }

  /** Key of the stream. */
  get key(): string {
    return this.options.key;
  }

  /** Name of the consumer group. */
  get group(): string {
    return this.options.group;
  }

  /** What keeps the consumer from reading, or undefined when it reads. */
  get trouble(): string | undefined {
    return this.problem === "" ? undefined : this.problem;
  }

  /** Entries delivered to this process and not acknowledged yet. */
  get pending(): number {
    return this.inFlight.size;
  }

  /** Runs until `signal` aborts; never throws. Entries in flight at the end stay pending for the next run. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await untilReady(this.options.reader, signal);
        if (signal.aborted) return;
        await this.turn(signal);
        this.recovered();
      } catch (error) {
        if (signal.aborted) return;
        this.troubled(error as Error);
        await this.backoff.wait(signal);
      }
    }
  }

  /** Acknowledges entries that were left in flight. Throws when Redis does not take it; call again then. */
  async ack(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.options.writer.xack(this.options.key, this.options.group, ...ids);
    for (const id of ids) this.inFlight.delete(id);
  }

  private async turn(signal: AbortSignal): Promise<void> {
    const { batchSize, maxInFlight = batchSize, staleMs = 60_000, hasRoom = () => true } = this.options;
    if (!this.started) {
      await this.takeOver(0, signal, this.options.consumer);
      this.started = true;
      this.recovered();
      this.nextTakeover = Date.now() + staleMs / 2;
    }
    if (Date.now() >= this.nextTakeover) {
      this.nextTakeover = Date.now() + staleMs / 2;
      await this.takeOver(staleMs, signal);
    }
    if (this.inFlight.size >= maxInFlight || !hasRoom()) return pause(20, signal);
    await this.dispatch(await this.readNew(Math.min(batchSize, maxInFlight - this.inFlight.size)), signal);
  }

  private async readNew(limit: number): Promise<StreamEntry[]> {
    const { reader, group, consumer, key, pollTimeoutMs } = this.options;
    const reply = (await reader.xreadgroup(
      ...([
        "GROUP",
        group,
        consumer,
        "COUNT",
        this.size.entries(limit),
        "BLOCK",
        pollTimeoutMs,
        "STREAMS",
        key,
        ">",
      ] as const),
    )) as [string, [string, string[]][]][] | null;
    return toEntries(key, reply?.[0]?.[1] ?? [], () => 1);
  }

  /** Claims entries that have been idle for `idleMs` and are not being worked on here, page by page. */
  private async takeOver(idleMs: number, signal: AbortSignal, owner?: string): Promise<void> {
    const { reader, key, group, consumer, batchSize } = this.options;
    const page = Math.min(batchSize, 32);
    let from = "-";
    while (!signal.aborted) {
      const idle = idleMs > 0 ? (["IDLE", idleMs] as const) : ([] as const);
      const listed = (await reader.call(
        "XPENDING",
        ...[key, group, ...idle, from, "+", page, ...(owner ? [owner] : [])],
      )) as [string, string, number, number][];
      const mine = listed.filter(([id]) => !this.inFlight.has(id));
      if (mine.length > 0) {
        const deliveries = new Map(mine.map(([id, , , count]) => [id, count + 1]));
        const claimed = (await reader.xclaim(key, group, consumer, idleMs, ...deliveries.keys())) as [
          string,
          string[],
        ][];
        const entries = toEntries(key, claimed, (id) => deliveries.get(id) ?? 2);
        if (entries.length > 0) this.options.log.info({ stream: key, entries: entries.length }, "entries taken over");
        await this.dispatch(entries, signal);
      }
      const last = listed.at(-1);
      if (listed.length < page || !last) return;
      from = `(${last[0]}`;
    }
  }

  private async dispatch(entries: readonly StreamEntry[], signal: AbortSignal): Promise<void> {
    if (entries.length === 0) return;
    this.size.learn(entries);
    for (const { id } of entries) this.inFlight.add(id);
    const outcome = await this.untilHandled(entries, signal);
    if (!outcome) return;
    const { maxDeliveries = 5 } = this.options;
    const finished = [...outcome.done];
    for (const { entry, error } of outcome.failed) {
      this.options.log.error(
        { stream: entry.key, entry: entry.id, deliveries: entry.deliveries, err: error },
        "entry failed",
      );
      if (entry.deliveries >= maxDeliveries) {
        await this.persistently(() => this.options.onPoison(entry, error), signal);
        finished.push(entry.id);
      } else {
        this.inFlight.delete(entry.id);
      }
    }
    await this.persistently(() => this.ack(finished), signal);
  }

  private async untilHandled(entries: readonly StreamEntry[], signal: AbortSignal): Promise<Outcome | undefined> {
    let outcome: Outcome | undefined;
    await this.persistently(async () => {
      outcome = await this.options.handle(entries);
    }, signal);
    return outcome;
  }

  /** Repeats `step` with pauses until it succeeds or the service stops. */
  private async persistently(step: () => Promise<void>, signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await step();
        return this.recovered();
      } catch (error) {
        this.troubled(error as Error);
        if (signal.aborted) return;
        await this.backoff.wait(signal);
      }
    }
  }

  private recovered(): void {
    this.backoff.succeeded();
    if (this.problem === "") return;
    if (this.problem !== "not started") this.options.log.info({ stream: this.options.key }, "stream is read again");
    this.problem = "";
  }

  private troubled(error: Error): void {
    const { key, group, log } = this.options;
    if (error.message === this.problem) return;
    this.problem = error.message;
    const missing = error.message.startsWith("NOGROUP");
    log.warn(
      { stream: key, group, reason: error.message },
      missing ? "stream or group is missing; the data stack creates it, waiting" : "stream is not read; trying again",
    );
  }
}
