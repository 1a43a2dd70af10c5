import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../errors.ts";
import type { OutgoingEvent } from "./envelope.ts";

/** One logged-in connection that appends entries; a new one is opened after each failure. */
export interface AppendConnection {
  /** Appends all in one round trip; for each the reply, or the error that it met. */
  append(key: string, events: readonly OutgoingEvent[]): Promise<readonly (Error | string)[]>;
  close(): void;
}

export interface SenderOptions {
  readonly key: string;
  open(): Promise<AppendConnection>;
  /** Longest time without any progress before it gives up, ms; default 120,000. */
  readonly patienceMs?: number;
  /** Told once for each outage, and when it ended (`undefined`). */
  readonly onTrouble?: (problem: string | undefined) => void;
  readonly signal?: AbortSignal;
}

/** An acknowledged write can be lost for this long after a crash of Redis (AOF is synced once a second, or in two). */
const SETTLE_MS = 5_000;
/** Most of what is kept for a crash, characters. */
const KEEP_CHARACTERS = 32 * 1024 * 1024;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 3_000;

/** Errors that go away: the server is loading, full, failing over, or the connection is gone. */
const PERMANENT = /^(NOPERM|WRONGPASS|NOAUTH|WRONGTYPE|ERR )/;

/**
 * Appends events to a stream at least once. What was not acknowledged is sent again with the same ids on a new
 * connection, and so is what was acknowledged in the last seconds before the connection broke: an acknowledgement of
 * Redis is no promise across a crash. Consumers know events by id, so that nothing counts twice.
 */
export class Sender {
  /** Entries that were sent again. */
  resent = 0;
  private readonly options: SenderOptions;
  private connection: AppendConnection | undefined;
  private settling: { at: number; size: number; events: readonly OutgoingEvent[] }[] = [];
  private troubled = false;

  constructor(options: SenderOptions) {
    this.options = options;
  }

  /**
   * Returns when every event of the batch is acknowledged.
   * @throws UserError on a refusal, or when nothing moved for the patience
   */
  async send(batch: readonly OutgoingEvent[]): Promise<void> {
    let waiting = batch;
    let lastProgress = Date.now();
    for (let pause = FIRST_PAUSE_MS; waiting.length > 0; ) {
      this.options.signal?.throwIfAborted();
      const { left, problem } = await this.attempt(waiting);
      if (left.length < waiting.length) {
        lastProgress = Date.now();
        pause = FIRST_PAUSE_MS;
      }
      waiting = left;
      if (problem === undefined) continue;
      this.report(problem);
      if (Date.now() - lastProgress > (this.options.patienceMs ?? 120_000)) throw this.gaveUp(problem);
      await sleep(pause, undefined, this.options.signal ? { signal: this.options.signal } : {});
      pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
    }
    this.report(undefined);
    this.remember(batch);
  }

  close(): void {
    this.connection?.close();
    this.connection = undefined;
  }

  /** One try: what is still not acknowledged, and why. */
  private async attempt(
    events: readonly OutgoingEvent[],
  ): Promise<{ left: readonly OutgoingEvent[]; problem?: string }> {
    try {
      this.connection ??= await this.reopen();
      const replies = await this.connection.append(this.options.key, events);
      const errors = replies.filter((r) => r instanceof Error);
      const refusal = errors.find((e) => PERMANENT.test(e.message));
      if (refusal) throw refusal;
      if (errors.length === 0) return { left: [] };
      const left = events.filter((_, i) => replies[i] instanceof Error);
      this.resent += left.length;
      this.close();
      return { left, problem: errors[0]?.message ?? "" };
    } catch (error) {
      if (PERMANENT.test((error as Error).message)) throw this.refused(error as Error);
      if (this.connection !== undefined) this.resent += events.length;
      this.close();
      return { left: events, problem: (error as Error).message };
    }
  }

  /** A new connection; after a loss it first repeats what may not have survived it. */
  private async reopen(): Promise<AppendConnection> {
    const connection = await this.options.open();
    const again = this.settling.flatMap((s) => s.events);
    for (let from = 0; from < again.length; from += 500) {
      const replies = await connection.append(this.options.key, again.slice(from, from + 500));
      const failed = replies.find((r) => r instanceof Error);
      if (failed) {
        connection.close();
        throw failed;
      }
    }
    this.resent += again.length;
    return connection;
  }

  private remember(batch: readonly OutgoingEvent[]): void {
    const now = Date.now();
    this.settling.push({ at: now, size: batch.reduce((sum, e) => sum + e.json.length, 0), events: batch });
    let total = this.settling.reduce((sum, s) => sum + s.size, 0);
    while (this.settling[0] && (now - this.settling[0].at > SETTLE_MS || total > KEEP_CHARACTERS)) {
      total -= this.settling.shift()?.size ?? 0;
    }
  }

  private report(problem: string | undefined): void {
    if ((problem !== undefined) === this.troubled) return;
    this.troubled = problem !== undefined;
    this.options.onTrouble?.(problem);
  }

  private gaveUp(problem: string): UserError {
    const seconds = (this.options.patienceMs ?? 120_000) / 1000;
    return new UserError(
      `stream ${this.options.key} takes nothing for ${seconds} s: ${problem}`,
      "see `bin/dsmil status`",
    );
  }

  private refused(error: Error): UserError {
    return new UserError(
      `events for ${this.options.key} are refused: ${error.message}`,
      "the tenant's users and tokens differ from the stack: run `bin/dsmil up`",
    );
  }
}
