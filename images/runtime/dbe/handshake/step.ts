import { LIMITS } from "../codec/constants.ts";
import { DbeError } from "../codec/error.ts";

/** Where a handshake stands: each step is taken once and in order, in 10 s, and after a failure none is. */
export class Step<Name extends string> {
  #due: Name | "working" | "over";
  #deadline = Number.POSITIVE_INFINITY;
  readonly #now: () => number;

  constructor(first: Name, now: () => number) {
    this.#due = first;
    this.#now = now;
  }

  /** Whether the handshake can go no further: done or failed. */
  get over(): boolean {
    return this.#due === "over";
  }

  /** Starts the clock. */
  begin(): void {
    this.#deadline = this.#now() + LIMITS.handshakeMs;
  }

  /**
   * Runs the step that must be due, at once; meanwhile and after a failure nothing else is taken.
   * @throws DbeError MALFORMED when it is not due, HANDSHAKE_TIMEOUT, what `work` throws, INTERNAL for anything else
   */
  run<T>(name: Name, next: Name | "over", work: () => T): T {
    this.#enter(name);
    try {
      const made = work();
      this.#due = next;
      return made;
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** As run, for work that waits. */
  async runAsync<T>(name: Name, next: Name | "over", work: () => Promise<T>): Promise<T> {
    this.#enter(name);
    try {
      const made = await work();
      this.#due = next;
      return made;
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #failed(cause: unknown): DbeError {
    this.#due = "over";
    if (cause instanceof DbeError) return cause;
    return new DbeError("INTERNAL", "this side could not go on; the cause is in its log", { cause });
  }

  #enter(name: Name): void {
    if (this.#due !== name) throw new DbeError("MALFORMED", `a handshake message for ${name}, ${this.#due} is due`);
    this.#due = "working";
    if (this.#now() <= this.#deadline) return;
    this.#due = "over";
    throw new DbeError("HANDSHAKE_TIMEOUT", `no answer within ${LIMITS.handshakeMs} ms`);
  }
}
