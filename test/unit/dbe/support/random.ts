/** Seeded numbers (xorshift128, Marsaglia 2003): the same seed gives the same run. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(seed: number) {
    this.#a = seed >>> 0 || 1;
    this.#b = 0x9e3779b9;
    this.#c = 0x243f6a88;
    this.#d = 0xb7e15162;
    for (let warm = 0; warm < 20; warm++) this.u32();
  }

  u32(): number {
    let t = this.#d;
    t ^= t << 11;
    t ^= t >>> 8;
    this.#d = this.#c;
    this.#c = this.#b;
    this.#b = this.#a;
    this.#a ^= this.#a >>> 19;
    this.#a ^= t;
    return this.#a >>> 0;
  }

  /** A whole number from 0 to `below` - 1. */
  below(below: number): number {
    return Math.floor((this.u32() / 2 ** 32) * below);
  }

  chance(share: number): boolean {
    return this.u32() < share * 2 ** 32;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    for (let at = 0; at < length; at++) bytes[at] = this.u32() & 0xff;
    return bytes;
  }
}

/** The seed from `variable`, or one of the clock; printed, so that a failure can be run again. */
export function seedOf(variable: string): number {
  const given = process.env[variable];
  const seed = given === undefined ? Date.now() % 2 ** 31 : Number(given);
  console.log(`${variable}=${seed}`);
  return seed;
}
