import { pause } from "./pause.ts";

/** Delays of a retry loop: `first` ms, doubled up to `most` ms, each shortened by up to a quarter at random. */
export class Backoff {
  private readonly first: number;
  private readonly most: number;
  private attempts = 0;

  constructor(first = 100, most = 5000) {
    this.first = first;
    this.most = most;
  }

  /** Failures since the last success. */
  get failures(): number {
    return this.attempts;
  }

  succeeded(): void {
    this.attempts = 0;
  }

  /** Counts a failure; how long to wait after it, ms. */
  failed(): number {
    const delay = Math.min(this.most, this.first * 2 ** Math.min(this.attempts, 20));
    this.attempts += 1;
    return delay * (1 - Math.random() / 4);
  }

  /** Counts a failure and waits; returns early, without an error, when `signal` aborts. */
  async wait(signal: AbortSignal): Promise<void> {
    await pause(this.failed(), signal);
  }
}
