import type { Surprise } from "./counts.ts";

/** A workday and a day of the weekend, hour by hour in UTC. */
const SLOTS = 48;
/** Stands for hours that were never seen, and is added to each. */
const ALPHA = 0.1;
/** How much a login says of its own hour, of the ones beside it and of those beside them. */
const KERNEL = [0.4, 0.2, 0.1] as const;

/**
 * When somebody logs in: counts of 48 hours, each login spread over five hours, as nobody's day begins on the minute.
 * p(h) = (n(h) + 0.1) / (N + 4.8).
 */
export class Hours {
  private readonly counts = new Float32Array(SLOTS);
  private total = 0;

  surprise(at: number): Surprise {
    const all = this.total + ALPHA * SLOTS;
    const count = this.counts[slotOf(at)] ?? 0;
    const bits = -Math.log2((count + ALPHA) / all);
    let expected = 0;
    for (const one of this.counts) {
      const p = (one + ALPHA) / all;
      expected -= p * Math.log2(p);
    }
    return { bits, excess: Math.max(0, bits - expected), share: this.total === 0 ? 0 : count / this.total };
  }

  add(at: number): void {
    const slot = slotOf(at);
    const day = slot - (slot % 24);
    for (let away = -2; away <= 2; away++) {
      const index = day + ((slot - day + away + 24) % 24);
      this.counts[index] = (this.counts[index] ?? 0) + (KERNEL[Math.abs(away)] ?? 0);
    }
    this.total += 1;
  }

  fade(factor: number): void {
    this.total *= factor;
    for (let slot = 0; slot < SLOTS; slot++) this.counts[slot] = (this.counts[slot] ?? 0) * factor;
  }
}

/** `Sat–Sun 03:00 UTC`, as a person reads the hour that counted. */
export function hourName(at: number): string {
  const slot = slotOf(at);
  return `${slot < 24 ? "Mon–Fri" : "Sat–Sun"} ${String(slot % 24).padStart(2, "0")}:00 UTC`;
}

function slotOf(at: number): number {
  const time = new Date(at);
  const weekend = time.getUTCDay() === 0 || time.getUTCDay() === 6;
  return (weekend ? 24 : 0) + time.getUTCHours();
}
