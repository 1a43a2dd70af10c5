import type { LinkTimings } from "./timings.ts";

/** Whether the peer of a channel is there: what was heard of it, and what it was asked. Times are monotonic ms. */
export class Presence {
  /** Round trip of the last ping that was answered, ms. */
  roundTripMs: number | undefined;
  readonly #timings: LinkTimings;
  #heardAt: number;
  #asked: { readonly at: number; readonly id: Buffer } | undefined;

  constructor(timings: LinkTimings, now: number) {
    this.#timings = timings;
    this.#heardAt = now;
  }

  /** A frame of the peer was authentic. */
  heard(now: number): void {
    this.#heardAt = now;
  }

  /** What to do now: nothing, ask, or give it up. */
  due(now: number): "nothing" | "ask" | "give up" {
    const { idleMs, deadMs } = this.#timings;
    const silent = now - this.#heardAt;
    if (silent >= deadMs) return "give up";
    const asked = this.#asked !== undefined && now - this.#asked.at < idleMs;
    return silent < idleMs || asked ? "nothing" : "ask";
  }

  asked(now: number, id: Buffer): void {
    this.#asked = { at: now, id };
  }

  /** The answer to the question of this id. */
  answered(now: number, id: Buffer): void {
    if (this.#asked?.id.equals(id)) this.roundTripMs = now - this.#asked.at;
  }
}
