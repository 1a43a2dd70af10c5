import { pause } from "../../../runtime/pause.ts";

/** Wakes one loop that waits. A call while nobody waits counts for the next wait. */
export class Wake {
  private called = false;
  private current: AbortController | undefined;

  up(): void {
    this.called = true;
    this.current?.abort();
  }

  /** Waits until `up`, `ms` or the signal; whether it was `up`. */
  async wait(ms: number, signal: AbortSignal): Promise<boolean> {
    if (!this.called) {
      this.current = new AbortController();
      await pause(ms, AbortSignal.any([signal, this.current.signal]));
      this.current = undefined;
    }
    const { called } = this;
    this.called = false;
    return called;
  }
}
