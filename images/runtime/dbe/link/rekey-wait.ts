import type { Clock } from "./clock.ts";

/** A promise that whoever asked for new keys shares, until they are there, cannot be had, or the time is over. */
export class RekeyWait {
  readonly #clock: Clock;
  #waiting: { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } | undefined;
  #cancel: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get under(): boolean {
    return this.#waiting !== undefined;
  }

  /** The promise; it rejects with `late` after `ms`. */
  begin(ms: number, late: Error): Promise<void> {
    if (this.#waiting) return this.#waiting.promise;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting = { promise, resolve, reject };
    this.#cancel = this.#clock.after(ms, () => this.fail(late));
    return promise;
  }

  done(): void {
    this.#end()?.resolve();
  }

  fail(error: Error): void {
    this.#end()?.reject(error);
  }

  #end() {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#cancel();
    return waiting;
  }
}
