import { DbeError } from "../../runtime/dbe/codec/error.ts";

/** Changes at work and waiting: places stay free for questions. */
const MOST = 4;

/** Lets changes of the knowledge base happen one after the other: two of one document never mix. */
export class Writers {
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  /** @throws DbeError OVERLOADED when too many wait; what `work` throws, what `signal` aborts with */
  async take<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.waiting >= MOST) throw new DbeError("OVERLOADED", "too many documents wait");
    this.waiting += 1;
    const turn = this.last.then(() => {
      signal.throwIfAborted();
      return work();
    });
    this.last = turn.catch(() => undefined);
    return turn.finally(() => {
      this.waiting -= 1;
    });
  }
}
