/** Random numbers that are the same for the same seed on every machine (sfc32). */
export class Random {
  private state: [number, number, number, number];

  constructor(seed: number) {
    this.state = [0x9e3779b9, 0x243f6a88, 0xb7e15162, seed | 0];
    for (let round = 0; round < 16; round++) this.unit();
  }

  /** From 0 to less than 1. */
  unit(): number {
    let [a, b, c, d] = this.state;
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    this.state = [a, b, c | 0, d];
    return (sum >>> 0) / 4294967296;
  }

  /** A whole number, both ends included. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.unit() * (to - from + 1));
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.unit() * from.length)] as T;
  }

  /** `length` characters out of `alphabet`. */
  text(length: number, alphabet: string): string {
    let text = "";
    while (text.length < length) text += alphabet[Math.floor(this.unit() * alphabet.length)];
    return text;
  }

  /** Orders of magnitude evenly likely. */
  magnitude(from: number, to: number): number {
    return Math.round(from * (to / from) ** this.unit());
  }

  /** A standard normal (Box-Muller). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.unit())) * Math.cos(2 * Math.PI * this.unit());
  }

  /** How often something happens that happens `mean` times on average (Knuth; above 50 by a normal). */
  poisson(mean: number): number {
    if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
    const limit = Math.exp(-mean);
    let product = this.unit();
    let count = 0;
    for (; product > limit; count++) product *= this.unit();
    return count;
  }
}
