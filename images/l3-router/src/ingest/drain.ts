import type { Redis } from "ioredis";
import { Backoff } from "../../../runtime/backoff.ts";
import type { Log } from "../../../runtime/log.ts";
import { pause } from "../../../runtime/pause.ts";
import { untilReady } from "../../../runtime/until-ready.ts";
import type { BufferedRow, EventBuffer } from "./event-buffer.ts";

export interface DrainOptions {
  readonly buffer: EventBuffer;
  /** A connection of its own: its end means that what was appended last may be lost. */
  readonly redis: Redis;
  /** The tenant's L3_IN. */
  readonly key: string;
  readonly log: Log;
  /** Told how many events the stream has taken. */
  readonly onAppended: (events: number) => void;
  /** How long an appended event is kept (default 5,000 ms). */
  readonly settleMs?: number;
}

/** Most events of one pipeline. */
const BATCH = 500;
/** Redis writes its log to the disk once a second, at worst every two: after this long an entry is there. */
const SETTLE_MS = 5000;
/** Pause when there is nothing to do. */
const IDLE_MS = 25;

/**
 * Puts what the buffer holds on the stream, in order. An event is deleted only when the connection that took it has lived
 * for some seconds more: if it breaks, all that is still held is appended again, so that a crash of Redis loses none.
 * An event can so be on the stream twice; its id is the same, and the archive has it once.
 */
export class Drain {
  private readonly options: DrainOptions;
  private readonly backoff = new Backoff(100, 3000);
  /** Everything up to here is on the stream. */
  private cursor = 0;
  private appended = 0;
  private settling: { seq: number; events: number; bytes: number; at: number }[] = [];
  private epoch = 0;
  private problem = "";
  private stuck = false;
  /** The last pipeline went well. */
  private sure = false;

  constructor(options: DrainOptions) {
    this.options = options;
    options.redis.on("close", () => this.startAgain());
  }

  /** What keeps events from the stream, or undefined. */
  get trouble(): string | undefined {
    return this.problem === "" ? undefined : this.problem;
  }

  /** Events that are not on the stream. */
  get waiting(): number {
    return Math.max(0, this.options.buffer.events - this.appended);
  }

  /** Age of the oldest of them, seconds; 0 when there are none, or it cannot be read. Never throws. */
  oldestSeconds(now = Date.now()): number {
    const at = this.waiting > 0 ? this.options.buffer.oldestAfter(this.cursor) : undefined;
    return at === undefined ? 0 : Math.max(0, (now - at) / 1000);
  }

  /** Runs until `signal` aborts; never throws. What is held then is appended by the next run. */
  async run(signal: AbortSignal): Promise<void> {
    const { redis, key, log } = this.options;
    while (!signal.aborted) {
      try {
        if (redis.status !== "ready") this.troubled("Redis is away");
        await untilReady(redis, signal);
        if (signal.aborted) return;
        const moved = await this.turn();
        if (this.problem !== "") log.info({ stream: key, waiting: this.waiting }, "the stream takes events again");
        this.problem = "";
        this.backoff.succeeded();
        if (moved === 0) await pause(IDLE_MS, signal);
      } catch (error) {
        if (signal.aborted) return;
        this.troubled((error as Error).message);
        await this.backoff.wait(signal);
      }
    }
  }

  private troubled(problem: string): void {
    if (problem === this.problem) return;
    this.problem = problem;
    this.options.log.warn(
      { stream: this.options.key, reason: problem, waiting: this.waiting },
      "events wait in the buffer",
    );
  }

  private startAgain(): void {
    this.epoch += 1;
    this.sure = false;
    this.cursor = 0;
    this.appended = 0;
    this.settling = [];
  }

  /** One pipeline; returns how many events it moved. */
  private async turn(): Promise<number> {
    const { buffer, onAppended } = this.options;
    this.settle();
    if (this.cursor >= buffer.last) return 0;
    // After trouble one event alone: a server that is loading refuses the first of a pipeline and may take the last.
    const rows = buffer.after(this.cursor, this.sure ? BATCH : 1);
    this.sure = false;
    const { epoch } = this;
    const { taken, problem } = await this.append(rows);
    // The connection ended meanwhile: what it took is in doubt, and everything begins again.
    if (epoch !== this.epoch) throw new Error(problem?.message ?? "the connection to Redis ended");
    const last = rows[taken - 1];
    if (last) {
      const bytes = rows.slice(0, taken).reduce((sum, { size }) => sum + size, 0);
      this.cursor = last.seq;
      this.appended += taken;
      this.settling.push({ seq: last.seq, events: taken, bytes, at: performance.now() });
      onAppended(taken);
    }
    if (problem) throw problem;
    this.sure = true;
    return taken;
  }

  /** Appends in order; says how many from the first on the stream has, and what became of the next one. */
  private async append(rows: readonly BufferedRow[]): Promise<{ taken: number; problem?: Error }> {
    const { redis, key } = this.options;
    const pipeline = redis.pipeline();
    // NOMKSTREAM: a stream that is missing has no group either, and its entries would never be read.
    for (const { text } of rows) pipeline.call("XADD", key, "NOMKSTREAM", "*", "event", text);
    const replies = (await pipeline.exec()) ?? [];
    for (let taken = 0; taken < rows.length; taken++) {
      const [error, id] = replies[taken] ?? [new Error("connection lost"), null];
      if (error) return { taken, problem: error };
      if (typeof id !== "string") return { taken, problem: new Error(`stream ${key} does not exist yet`) };
    }
    return { taken: rows.length };
  }

  /** Deletes what has been on the stream for long enough. A failure must not stop what is yet to be appended. */
  private settle(): void {
    const { buffer, log, settleMs = SETTLE_MS } = this.options;
    const until = performance.now() - settleMs;
    try {
      for (let [first] = this.settling; first && first.at <= until; [first] = this.settling) {
        buffer.removeUpTo(first.seq, first.bytes);
        this.appended -= first.events;
        this.settling.shift();
      }
      this.stuck = false;
    } catch (error) {
      if (!this.stuck) log.error({ err: error }, "appended events cannot be deleted from the buffer; trying again");
      this.stuck = true;
    }
  }
}
