/** How many runs there are at a time, and how many wait. */
export interface LaneLimits {
  readonly running: number;
  readonly waiting: number;
  /** Most that wait of one tenant. A tenant with nothing under way and nothing waiting finds a place beyond `waiting`. */
  readonly waitingEach: number;
}

interface Waiter {
  readonly tenant: string;
  readonly start: (entered: boolean) => void;
}

/** Runs under way and those that wait. A tenant that has none under way comes before one that has. */
export class Lanes {
  private readonly limits: LaneLimits;
  private readonly running = new Map<string, number>();
  private waiters: readonly Waiter[] = [];
  private taken = 0;

  constructor(limits: LaneLimits) {
    this.limits = limits;
  }

  /** Runs under way, and those that wait. */
  get counts(): { readonly running: number; readonly waiting: number } {
    return { running: this.taken, waiting: this.waiters.length };
  }

  /** Waits for a lane and runs; undefined where there is no place to wait, or `signal` aborts first. */
  async run<T>(tenant: string, signal: AbortSignal, work: () => Promise<T>): Promise<T | undefined> {
    if (!(await this.enter(tenant, signal))) return undefined;
    try {
      return await work();
    } finally {
      this.leave(tenant);
    }
  }

  private enter(tenant: string, signal: AbortSignal): Promise<boolean> | boolean {
    const { running, waiting, waitingEach } = this.limits;
    if (signal.aborted) return false;
    if (this.taken < running) return this.take(tenant);
    const own = this.waiters.filter((waiter) => waiter.tenant === tenant).length;
    const isNew = own === 0 && !this.running.has(tenant);
    if (own >= waitingEach || (this.waiters.length >= waiting && !isNew)) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const waiter: Waiter = { tenant, start: resolve };
    this.waiters = [...this.waiters, waiter];
    const gone = (): void => {
      if (!this.waiters.includes(waiter)) return;
      this.waiters = this.waiters.filter((one) => one !== waiter);
      resolve(false);
    };
    signal.addEventListener("abort", gone, { once: true });
    return promise.finally(() => signal.removeEventListener("abort", gone));
  }

  private take(tenant: string): true {
    this.taken += 1;
    this.running.set(tenant, (this.running.get(tenant) ?? 0) + 1);
    return true;
  }

  private leave(tenant: string): void {
    const rest = (this.running.get(tenant) ?? 1) - 1;
    if (rest > 0) this.running.set(tenant, rest);
    else this.running.delete(tenant);
    this.taken -= 1;
    const next = this.waiters.find((waiter) => !this.running.has(waiter.tenant)) ?? this.waiters[0];
    if (!next) return;
    this.waiters = this.waiters.filter((waiter) => waiter !== next);
    // Taken before it runs on: nobody slips in between.
    next.start(this.take(next.tenant));
  }
}
