/** Bounds of what is written one by one. */
export interface FloodLimits {
  /** Like rows that are written one by one within a window. */
  readonly allowance: number;
  /** The first window, ms; it doubles as long as more come than the allowance. */
  readonly firstMs: number;
  readonly mostMs: number;
  /** Kinds that are told apart; what comes beyond counts as one. */
  readonly keys: number;
}

export const FLOOD_LIMITS: FloodLimits = { allowance: 5, firstMs: 1000, mostMs: 60_000, keys: 2048 };

/** Like rows that were not written one by one. */
export interface Sum<Row> {
  /** The last of them. */
  readonly row: Row;
  readonly count: number;
  readonly milliseconds: number;
}

interface Window<Row> {
  begun: number;
  length: number;
  seen: number;
  held: number;
  row: Row;
}

/**
 * Lets through the first few rows of a kind within a window and counts the rest, which come out as one sum when the
 * window ends. While a flood lasts its windows grow, so that it writes a few rows a minute however fast it is.
 */
export class FloodGate<Row> {
  private readonly limits: FloodLimits;
  private readonly windows = new Map<string, Window<Row>>();

  constructor(limits: FloodLimits = FLOOD_LIMITS) {
    this.limits = limits;
  }

  /** Whether the row is to be written by itself. @param now ms, monotonic */
  admit(key: string, row: Row, now: number): boolean {
    const name = this.windows.has(key) || this.windows.size < this.limits.keys ? key : "";
    const window = this.windows.get(name) ?? this.begin(name, row, now);
    window.seen += 1;
    window.row = row;
    if (window.seen <= this.limits.allowance) return true;
    window.held += 1;
    return false;
  }

  /** Sums of the windows that have ended; `all` ends them all. */
  ended(now: number, all = false): Sum<Row>[] {
    const sums: Sum<Row>[] = [];
    for (const [key, window] of this.windows) {
      const milliseconds = now - window.begun;
      if (!all && milliseconds < window.length) continue;
      if (window.held > 0) sums.push({ row: window.row, count: window.held, milliseconds });
      if (window.held === 0 || all) this.windows.delete(key);
      else {
        window.length = Math.min(this.limits.mostMs, 2 * window.length);
        Object.assign(window, { begun: now, seen: 0, held: 0 });
      }
    }
    return sums;
  }

  private begin(key: string, row: Row, now: number): Window<Row> {
    const window = { begun: now, length: this.limits.firstMs, seen: 0, held: 0, row };
    this.windows.set(key, window);
    return window;
  }
}
