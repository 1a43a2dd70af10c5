import { LIMITS } from "../codec/constants.ts";

/** How many are remembered; an older one that falls out is still refused by its time or finds no one to finish it. */
const MOST = 4096;

/** The HS_INITs of the last minute, for all responders of a node: none is answered twice. */
export class RecentInits {
  readonly #seen = new Map<string, number>();

  /**
   * Takes an initiator's nonce; false when it came before.
   * @param now ms since 1970
   */
  take(nonce: Buffer, now: number): boolean {
    const key = nonce.toString("latin1");
    this.#forget(now);
    if (this.#seen.has(key)) return false;
    this.#seen.set(key, now);
    return true;
  }

  #forget(now: number): void {
    for (const [key, at] of this.#seen) {
      // A time may be 30 s ahead of this node's: it is accepted for 60 s in all.
      if (this.#seen.size < MOST && now - at <= 2 * LIMITS.timestampMs) return;
      this.#seen.delete(key);
    }
  }
}
