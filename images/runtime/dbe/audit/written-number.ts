import { type ChainedEntry, chain } from "./entry.ts";

/** How far from its place an entry is looked for. */
const REACH = 1000;
/** Searches as wide as that in one chain: each costs about 10 ms. */
const WIDE_SEARCHES = 100;
/** How far otherwise. */
const NEAR = 2;

/** Finds the number under which an entry was written, when it is not the one that it has now. */
export class WrittenNumber {
  #wide = WIDE_SEARCHES;

  /**
   * The number for which the entry's hash is right; `undefined`: no near one, something else was changed.
   * @param offset how far the entry before had been moved; those that follow were mostly moved along
   */
  of(entry: ChainedEntry, offset: number): number | undefined {
    const fits = (seq: number): boolean => seq > 0 && chain(entry.prevHash, { ...entry, seq }).equals(entry.hash);
    for (const seq of [entry.seq, entry.seq + offset]) if (fits(seq)) return seq;
    const reach = this.#wide-- > 0 ? REACH : NEAR;
    for (let away = 1; away <= reach; away++) {
      for (const seq of [entry.seq - away, entry.seq + away]) if (fits(seq)) return seq;
    }
    return undefined;
  }
}
