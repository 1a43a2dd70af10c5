/** Length of a bin of counts, milliseconds. */
export const BIN_MS = 300_000;
/** Bins of the recent past that are looked at, two hours. */
export const PAST = 24;
/** Bins that are forecast, one hour. */
export const AHEAD = 12;
/** Bins of a day. */
export const DAY = 288;

/** A series of counts, one a bin, and what bin its last one is. */
export interface Series {
  /** Oldest first; at least {@link PAST}, and a day and {@link PAST} more for yesterday to count. */
  readonly counts: readonly number[];
  /** Number of the last bin since 1970: time / {@link BIN_MS}. */
  readonly last: number;
}

const steps = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}_${at + 1}`);

/** Names of the features of a series, in their order: feature set `series-v1`. */
export const SERIES_FEATURES: readonly string[] = [
  ...steps("past", PAST),
  ...steps("yesterday", AHEAD),
  "yesterday_level",
  "yesterday_known",
  "level",
  "unrest",
  "day_sin",
  "day_cos",
  "week_sin",
  "week_cos",
];

/** Names of what the model answers: logarithms relative to the level, and half the width of their 80 % intervals. */
export const SERIES_COLUMNS: readonly string[] = [...steps("middle", AHEAD), ...steps("spread", AHEAD)];

/** Level of the recent past: the mean of log(1 + count), to which all else is relative. */
export function levelOf(counts: readonly number[]): number {
  return mean(counts.slice(-PAST));
}

/** Writes the features of a series to `out` from `offset` on; zeros must be there. */
export function putSeriesFeatures({ counts, last }: Series, out: Float32Array, offset: number): void {
  const past = counts.slice(-PAST);
  const level = mean(past);
  past.forEach((count, at) => {
    out[offset + at] = Math.log1p(count) - level;
  });
  // Today's horizon one day ago, and the level there.
  const from = counts.length - DAY;
  const known = from >= PAST;
  const next = offset + PAST;
  if (known) {
    for (let at = 0; at < AHEAD; at++) out[next + at] = Math.log1p(counts[from + at] ?? 0) - level;
    out[next + AHEAD] = mean(counts.slice(from - PAST, from)) - level;
    out[next + AHEAD + 1] = 1;
  }
  const unrest = Math.sqrt(past.reduce((sum, count) => sum + (Math.log1p(count) - level) ** 2, 0) / PAST);
  const day = (2 * Math.PI * (last % DAY)) / DAY;
  // 1970 began on a Thursday; weeks begin on Monday.
  const week = (2 * Math.PI * ((last + 3 * DAY) % (7 * DAY))) / (7 * DAY);
  const rest = [level / 5, unrest, Math.sin(day), Math.cos(day), Math.sin(week), Math.cos(week)];
  out.set(rest, next + AHEAD + 2);
}

function mean(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + Math.log1p(count), 0) / Math.max(1, counts.length);
}
