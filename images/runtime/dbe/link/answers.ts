import type { Envelope } from "../codec/types.ts";

/**
 * A request of the peer that was given to a local service:
 * - running: its service has not answered yet;
 * - answered: the answer is kept for a copy of the request;
 * - dropped: answered, but there was no room to keep the answer;
 * - received: the peer has the answer.
 */
export interface Delivered {
  readonly type: number;
  readonly destination: number;
  /** Monotonic ms, from when on no copy of the request can be accepted any more. */
  readonly expiresAt: number;
  readonly state: "running" | "answered" | "dropped" | "received";
  readonly answer?: Envelope;
  readonly bytes: number;
}

/** Bounds of the memory. */
export interface AnswersLimits {
  readonly answers: number;
  readonly answerBytes: number;
}

/** Entries that expire within the same second are dropped together. */
const BUCKET_MS = 1000;

/**
 * Remembers what was delivered, so that nothing is delivered twice. An entry goes when it expires, never before: when
 * there is no room, `begin` says no and the request is refused. The one exception cannot do harm: when the peer has the
 * answer and sent the request once only, the session that opened it refuses that frame for ever, and there is no other.
 */
export class Answers {
  readonly #limits: AnswersLimits;
  readonly #entries = new Map<string, Delivered>();
  readonly #buckets = new Map<number, Set<string>>();
  /** Keys that may go early, oldest first. */
  readonly #spare = new Set<string>();
  #bytes = 0;

  constructor(limits: AnswersLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Bytes of the answers kept. */
  get bytes(): number {
    return this.#bytes;
  }

  find(key: string): Delivered | undefined {
    return this.#entries.get(key);
  }

  /** Remembers a request as running; false when there is no room, and it must not be delivered. */
  begin(key: string, request: { type: number; destination: number; expiresAt: number }): boolean {
    const { answers, answerBytes } = this.#limits;
    if (this.#entries.size >= answers) this.#makeRoom();
    if (this.#entries.size >= answers || this.#bytes >= answerBytes) return false;
    const { type, destination, expiresAt } = request;
    this.#entries.set(key, { type, destination, expiresAt, state: "running", bytes: 0 });
    const bucket = bucketOf(expiresAt);
    const keys = this.#buckets.get(bucket);
    if (keys) keys.add(key);
    else this.#buckets.set(bucket, new Set([key]));
    return true;
  }

  /** Keeps the answer of a running request, or only the fact when there is no room for it. */
  complete(key: string, answer: Envelope, bytes: number): void {
    const entry = this.#entries.get(key);
    if (entry?.state !== "running") return;
    if (this.#bytes + bytes > this.#limits.answerBytes) {
      this.#entries.set(key, { ...entry, state: "dropped" });
    } else {
      this.#bytes += bytes;
      this.#entries.set(key, { ...entry, state: "answered", answer, bytes });
    }
  }

  /** The peer has the answer. `single`: and it sent the request once only. */
  received(key: string, single: boolean): void {
    const entry = this.#entries.get(key);
    if (!entry || entry.state === "running") return;
    this.#bytes -= entry.bytes;
    const { type, destination, expiresAt } = entry;
    this.#entries.set(key, { type, destination, expiresAt, state: "received", bytes: 0 });
    if (single) this.#spare.add(key);
  }

  /** Drops what has expired. */
  expire(now: number): void {
    const last = bucketOf(now);
    for (const [bucket, keys] of this.#buckets) {
      if (bucket >= last) continue;
      for (const key of keys) this.#forget(key);
      this.#buckets.delete(bucket);
    }
  }

  #makeRoom(): void {
    const [key] = this.#spare;
    const entry = key === undefined ? undefined : this.#entries.get(key);
    if (key === undefined || !entry) return;
    this.#buckets.get(bucketOf(entry.expiresAt))?.delete(key);
    this.#forget(key);
  }

  #forget(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
    this.#spare.delete(key);
  }
}

function bucketOf(time: number): number {
  return Math.floor(time / BUCKET_MS);
}
