import { setTimeout as sleep } from "node:timers/promises";
import { envelope, type OutgoingEvent, type RunFacts } from "./envelope.ts";
import { readLines } from "./lines.ts";

/** What the sending needs from outside. */
export interface SendLinesOptions {
  readonly facts: RunFacts;
  /** Sends a batch and returns when it is acknowledged. */
  send(batch: readonly OutgoingEvent[]): Promise<void>;
  /** Waits until the pipeline can take more. */
  ready?(): Promise<void>;
  /** Lines before this one are read and not sent; default 1. */
  readonly from?: number;
  /** Lines a second; default: as fast as they are acknowledged. */
  readonly rate?: number;
  /** Ends the sending after the batch at hand. */
  readonly signal?: AbortSignal;
  readonly tally: Tally;
}

/** Counts of a transfer, live. */
export interface Tally {
  /** Lines read. */
  lines: number;
  /** Lines acknowledged. */
  sent: number;
  /** Last line that is acknowledged or refused. */
  last: number;
  readonly refused: { too_long: number; not_utf8: number };
}

export const newTally = (): Tally => ({ lines: 0, sent: 0, last: 0, refused: { too_long: 0, not_utf8: 0 } });

/** Entries of one round trip. */
export const BATCH = 500;
const BATCH_CHARACTERS = 4 * 1024 * 1024;
/** Longest event that layer 3 reads, characters: a line of control characters grows sixfold in JSON. */
const MAX_EVENT_CHARACTERS = 256 * 1024;
/** A line that comes slowly (a pipe) is sent after so long, ms. */
const LINGER_MS = 200;

/**
 * Sends lines in batches, each acknowledged before the next is read: memory holds one batch, and a slow receiver slows
 * the reading. A source that pauses (`tail -f | … -`) has its lines sent within 200 ms.
 */
export async function sendLines(input: AsyncIterable<Uint8Array>, options: SendLinesOptions): Promise<void> {
  const { facts, from = 1, rate, signal, tally } = options;
  const limit = rate === undefined ? BATCH : Math.max(1, Math.min(BATCH, Math.ceil(rate / 5)));
  const started = Date.now();
  let batch: OutgoingEvent[] = [];
  let size = 0;
  const flush = async (): Promise<void> => {
    const full = batch;
    if (full.length === 0) return;
    batch = [];
    size = 0;
    await options.ready?.();
    await options.send(full);
    tally.sent += full.length;
    tally.last = Math.max(tally.last, full.at(-1)?.line ?? 0);
    if (rate !== undefined) await sleep(Math.max(0, (tally.sent / rate) * 1000 - (Date.now() - started)));
  };
  const lines = readLines(input)[Symbol.asyncIterator]();
  let next = lines.next();
  while (!signal?.aborted) {
    const step = await soon(next, batch.length > 0 ? LINGER_MS : undefined, signal);
    if (step === undefined) {
      await flush();
      continue;
    }
    if (step.done) break;
    next = lines.next();
    const line = step.value;
    tally.lines = line.number;
    if (line.number < from) continue;
    if ("refused" in line) {
      tally.refused[line.refused] += 1;
      continue;
    }
    const event = envelope(facts, line.number, line.text, new Date());
    if (event.json.length > MAX_EVENT_CHARACTERS) {
      tally.refused.too_long += 1;
      continue;
    }
    batch.push(event);
    size += event.json.length;
    if (batch.length >= limit || size >= BATCH_CHARACTERS) await flush();
  }
  await flush();
  tally.last = signal?.aborted ? tally.last : tally.lines;
}

/** The value, or `undefined` when it takes longer than `ms` or the signal comes first. */
function soon<T>(value: Promise<T>, ms: number | undefined, signal: AbortSignal | undefined): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const give = (): void => done(() => resolve(undefined));
    const timer = ms === undefined ? undefined : setTimeout(give, ms);
    const done = (act: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", give);
      act();
    };
    if (signal?.aborted) return give();
    signal?.addEventListener("abort", give);
    value.then(
      (v) => done(() => resolve(v)),
      (e: unknown) => done(() => reject(e as Error)),
    );
  });
}
