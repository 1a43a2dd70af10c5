/** What stands for a value that was never seen, and is added to each that was (additive smoothing). */
const ALPHA = 0.5;

/** How surprising a value is. */
export interface Surprise {
  /** −log2 of its probability. */
  readonly bits: number;
  /** By how much that is more than what is expected of the next value (the entropy); 0 where it is less. */
  readonly excess: number;
  /** Share of what was seen before, 0 to 1. */
  readonly share: number;
}

/**
 * How often values of one kind were seen, at most `most` of them: the one that was not seen for longest goes. With N seen
 * in all and V values, p(v) = (n(v) + ½) / (N + ½(V + 1)), and a new value has what is left.
 */
export class Counts {
  private readonly most: number;
  private readonly seen = new Map<string, number>();
  private total = 0;

  constructor(most: number) {
    this.most = most;
  }

  /** Values that are kept. */
  get size(): number {
    return this.seen.size;
  }

  surprise(value: string): Surprise {
    const all = this.total + ALPHA * (this.seen.size + 1);
    const count = this.seen.get(value) ?? 0;
    const known = this.seen.has(value);
    const bits = -Math.log2(((known ? count : 0) + ALPHA) / all);
    let expected = part(ALPHA / all);
    for (const one of this.seen.values()) expected += part((one + ALPHA) / all);
    return { bits, excess: Math.max(0, bits - expected), share: this.total === 0 ? 0 : count / this.total };
  }

  add(value: string): void {
    const count = this.seen.get(value) ?? 0;
    this.seen.delete(value);
    this.seen.set(value, count + 1);
    this.total += 1;
    const [oldest] = this.seen;
    if (this.seen.size <= this.most || oldest === undefined) return;
    this.seen.delete(oldest[0]);
    this.total -= oldest[1];
  }

  /** What was seen counts for less; what hardly counts any more goes. */
  fade(factor: number): void {
    this.total = 0;
    for (const [value, count] of this.seen) {
      const left = count * factor;
      if (left < 0.05) this.seen.delete(value);
      else {
        this.seen.set(value, left);
        this.total += left;
      }
    }
  }
}

const part = (p: number): number => -p * Math.log2(p);
