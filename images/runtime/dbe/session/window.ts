import { LIMITS } from "../codec/constants.ts";

/** Words of the ring: twice the window, so that a word is free again before the window comes back to it. */
const WORDS = (2 * LIMITS.replayWindow) / 32;

/** Which of the last 1024 sequences have come (RFC 4303 §3.4.3, as a ring of bits). */
export class ReplayWindow {
  readonly #bits = new Uint32Array(WORDS);
  #highest = 0;

  /** The highest sequence so far; 0 before the first. */
  get highest(): number {
    return this.#highest;
  }

  /**
   * Takes a sequence of an authenticated frame; false when it came before or is behind the window.
   * @param sequence from 1
   */
  accept(sequence: number): boolean {
    if (sequence < 1 || sequence + LIMITS.replayWindow <= this.#highest) return false;
    if (sequence > this.#highest) this.#advance(sequence);
    const word = Math.floor(sequence / 32) % WORDS;
    const bit = 1 << (sequence % 32);
    const bits = this.#bits[word] ?? 0;
    if ((bits & bit) !== 0) return false;
    this.#bits[word] = bits | bit;
    return true;
  }

  #advance(sequence: number): void {
    const from = Math.floor(this.#highest / 32);
    const to = Math.floor(sequence / 32);
    const cleared = Math.min(to - from, WORDS);
    for (let step = 0; step < cleared; step++) this.#bits[(to - step) % WORDS] = 0;
    this.#highest = sequence;
  }
}
