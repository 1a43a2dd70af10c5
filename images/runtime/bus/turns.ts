import { pause } from "../pause.ts";

/** Longest rest after a piece of work, ms. */
const LONGEST_REST_MS = 500;

/**
 * Does one piece of work after the other and rests as long as each took, so that questions, however many, leave the event
 * loop, and the archive that tenants share, to the flow of events.
 */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  /** What `work` returns, once it was its turn; throws what `signal` aborts with when that comes first. */
  take<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    let rest = 0;
    const done = this.last.then(() => {
      signal.throwIfAborted();
      const begun = performance.now();
      return work().finally(() => {
        rest = Math.min(LONGEST_REST_MS, performance.now() - begun);
      });
    });
    this.last = done.catch(() => undefined).then(() => pause(rest, signal));
    return done;
  }
}
