import { BIN_MS, DAY, PAST, type Series } from "../../runtime/models/features/series-features.ts";

/** Bins that are kept: yesterday's, and what came before them. */
const KEPT = DAY + 2 * PAST;

/** Counts of the last day and some hours, by bin. Fixed in size; what is older or from the future is not counted. */
export class History {
  private readonly counts = new Float64Array(KEPT);
  /** Bin that the newest count is of. */
  private newest: number;
  /** Bin that counting began with; what lies before it is not known. */
  private readonly first: number;

  constructor(now: number) {
    this.newest = Math.floor(now / BIN_MS);
    this.first = this.newest;
  }

  /** Counts something that happened at `at`, ms since 1970. */
  add(at: number, now: number): void {
    // Redis's clock may be a little ahead of ours.
    this.advance(Math.max(now, Math.min(at, now + BIN_MS)));
    const bin = Math.floor(at / BIN_MS);
    if (bin > this.newest || bin <= this.newest - KEPT) return;
    const slot = bin % KEPT;
    this.counts[slot] = (this.counts[slot] ?? 0) + 1;
  }

  /**
   * The complete bins until now; undefined until there are enough for a forecast.
   * @param from bin that events are known from, where that is before counting began (a stream that was read from its start)
   */
  series(now: number, from = this.first): Series | undefined {
    this.advance(now);
    const last = this.newest - 1;
    const known = Math.min(KEPT - 1, last - from + 1);
    if (known < PAST) return undefined;
    const counts = Array.from({ length: known }, (_, at) => this.counts[(last - known + 1 + at) % KEPT] ?? 0);
    return { counts, last };
  }

  /** Empties the bins between the newest and now. */
  private advance(now: number): void {
    const bin = Math.floor(now / BIN_MS);
    for (let next = Math.max(this.newest + 1, bin - KEPT + 1); next <= bin; next++) this.counts[next % KEPT] = 0;
    this.newest = Math.max(this.newest, bin);
  }
}
