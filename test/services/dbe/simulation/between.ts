import type { Random } from "../../../unit/dbe/support/random.ts";

/** A whole number from `low` to `high`, both included. */
export function between(random: Random, low: number, high: number): number {
  return low + random.below(high - low + 1);
}
