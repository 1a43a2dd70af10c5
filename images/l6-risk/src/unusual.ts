/** Longest text of L5_OUT that is read. */
const MAX_LENGTH = 64 * 1024;

interface Told {
  readonly from: string;
  readonly high: number;
}

/**
 * By how much a tenant's threats exceed what Layer 5 forecast: 0 (not at all, or nothing is known) to 1 (tenfold and
 * more). Compares each bin's count with the forecast that was made before the bin began.
 */
export class Unusual {
  private forecast: Told | undefined;
  private current = 0;

  get value(): number {
    return this.current;
  }

  /** Takes a text of L5_OUT; one it cannot read changes nothing. */
  take(text: string): void {
    if (text.length > MAX_LENGTH) return;
    try {
      const { forecasts } = JSON.parse(text) as {
        forecasts: { signal: string; last_count: number; bin_seconds: number; steps: Told[] }[];
      };
      const threats = forecasts.find(({ signal }) => signal === "threats");
      const [next] = threats?.steps ?? [];
      if (!threats || !next || next.from === this.forecast?.from) return;
      const began = new Date(Date.parse(next.from) - threats.bin_seconds * 1000).toISOString();
      const expected = this.forecast?.from === began ? this.forecast.high : undefined;
      const exceeded = expected === undefined ? 0 : Math.log10((threats.last_count + 1) / (expected + 1));
      this.current = Number.isFinite(exceeded) ? Math.max(0, Math.min(1, exceeded)) : 0;
      this.forecast = next;
    } catch {
      // Not a forecast of ours: nothing is known by it.
    }
  }
}
