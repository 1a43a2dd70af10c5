/** Samples kept, their age at most, and how many are needed before a percentile means anything. */
const KEPT = 1024;
const AGE_MS = 60_000;
const NEEDED = 50;

/** Latencies of the last minute (at most 1,024), for the percentile that /health reports. */
export class LatencyWindow {
  private readonly latencies = new Float64Array(KEPT);
  private readonly times = new Float64Array(KEPT);
  private next = 0;

  record(milliseconds: number, now = performance.now()): void {
    const slot = this.next % KEPT;
    this.latencies[slot] = milliseconds;
    this.times[slot] = now;
    this.next += 1;
  }

  /** The `share` quantile (0 to 1), milliseconds; 0 while the last minute holds fewer than 50 samples. */
  quantile(share: number, now = performance.now()): number {
    const from = now - AGE_MS;
    const size = Math.min(this.next, KEPT);
    const recent = this.latencies.slice(0, size).filter((_latency, slot) => (this.times[slot] ?? 0) >= from);
    if (recent.length < NEEDED) return 0;
    recent.sort();
    return recent[Math.min(recent.length - 1, Math.floor(share * recent.length))] ?? 0;
  }
}
