import type { KeptKey, Seal } from "./keeping.ts";
import { SEALS } from "./keeping.ts";

/** A key that is kept less well than before. */
export interface Weakened {
  readonly node: string;
  readonly before: Seal;
  readonly now: Seal;
  /** ms since 1970 */
  readonly at: number;
}

/** How long a change for the worse is told, ms: then it is how things are. */
const TOLD_MS = 24 * 3_600_000;

/** Remembers how keys were kept since the start, and tells changes. */
export class SealBook {
  private readonly known = new Map<string, Seal>();
  private weakened: readonly Weakened[] = [];

  /** Changes since the last time. A key that is kept as well as before again is no finding any more. */
  take(keys: readonly KeptKey[], now: number): readonly (Weakened & { readonly worse: boolean })[] {
    const changes = keys.flatMap(({ node, seal }) => {
      const before = this.known.get(node);
      this.known.set(node, seal);
      if (before === undefined || before === seal) return [];
      return [{ node, before, now: seal, at: now, worse: strengthOf(seal) < strengthOf(before) }];
    });
    const still = this.weakened.filter(({ node, before, at }) => {
      const seal = this.known.get(node);
      return at > now - TOLD_MS && seal !== undefined && strengthOf(seal) < strengthOf(before);
    });
    this.weakened = [...still, ...changes.filter(({ worse }) => worse)];
    return changes;
  }

  /** Keys that are kept less well than at the start, or since. */
  get findings(): readonly Weakened[] {
    return this.weakened;
  }
}

const strengthOf = (seal: Seal): number => SEALS.indexOf(seal);
