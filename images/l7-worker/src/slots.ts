import { Refusal } from "./refusal.ts";

export interface SlotsOptions {
  /** Requests that may wait beside those at work. */
  readonly queue: number;
  readonly waitMs: number;
}

interface Waiting<T> {
  readonly tenant: string;
  readonly take: (slot: T) => void;
}

/**
 * Hands out what answers are written with, first come, first served. Who finds the queue full, or half of it taken by
 * its own tenant, is refused at once.
 */
export class Slots<T> {
  private readonly free: T[];
  private readonly count: number;
  private readonly options: SlotsOptions;
  private readonly queue: Waiting<T>[] = [];

  constructor(slots: readonly T[], options: SlotsOptions) {
    this.free = [...slots];
    this.count = slots.length;
    this.options = options;
  }

  get running(): number {
    return this.count - this.free.length;
  }

  get waiting(): number {
    return this.queue.length;
  }

  /**
   * A slot, when it is this request's turn; it must be given back.
   * @throws Refusal 429 when the queue is full, 503 after too long a wait, what `signal` aborts with
   */
  async take(tenant: string, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const slot = this.free.pop();
    if (slot !== undefined) return slot;
    const { queue, waitMs } = this.options;
    const own = this.queue.filter((waiting) => waiting.tenant === tenant).length;
    if (this.queue.length >= queue || own >= Math.max(1, Math.ceil(queue / 2))) {
      throw new Refusal(429, "worker_busy", "The worker's queue is full.");
    }
    return await new Promise<T>((resolve, reject) => {
      const leave = (why: Error): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", aborted);
        this.queue.splice(this.queue.indexOf(waiting), 1);
        reject(why);
      };
      const aborted = (): void => leave(signal.reason as Error);
      const late = (): void => leave(new Refusal(503, "worker_busy", "No place became free in time."));
      const waiting: Waiting<T> = {
        tenant,
        take: (found) => {
          clearTimeout(timer);
          signal.removeEventListener("abort", aborted);
          resolve(found);
        },
      };
      const timer = setTimeout(late, waitMs);
      signal.addEventListener("abort", aborted, { once: true });
      this.queue.push(waiting);
    });
  }

  give(slot: T): void {
    const next = this.queue.shift();
    if (next) next.take(slot);
    else this.free.push(slot);
  }
}
