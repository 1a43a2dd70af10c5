import {
  AHEAD,
  DAY,
  PAST,
  putSeriesFeatures,
  SERIES_FEATURES,
} from "../../images/runtime/models/features/series-features.ts";
import { Random } from "./random.ts";
import { RowsWriter, type SetFacts } from "./rows-writer.ts";
import { type Habits, series, UNUSUAL, USUAL } from "./series.ts";

const SETS: readonly (SetFacts & { series: number; habits: Habits })[] = [
  { name: "train", count: 40_000, seed: 20_260_201, series: 500, habits: USUAL },
  { name: "validation", count: 8000, seed: 20_260_202, series: 100, habits: USUAL },
  { name: "test", count: 12_000, seed: 20_260_203, series: 150, habits: USUAL },
  { name: "unseen", count: 6000, seed: 20_260_204, series: 75, habits: UNUSUAL },
];
const DAYS = 9;
/** Bin that a series begins with: Monday, 5 January 1970, 00:00 UTC. */
const MONDAY = 4 * DAY;
/** Share of windows without a yesterday, as after a new start. */
const YOUNG = 0.3;

const ahead = (prefix: string): string[] => Array.from({ length: AHEAD }, (_, at) => `${prefix}_${at + 1}`);
/** The true counts, those of a day ago (-1 where unknown), and the last one, which a naive forecast repeats. */
const COLUMNS = [...ahead("count"), ...ahead("yesterday"), "last", "level"];

/** Writes windows of series: features, and what came. */
export function writeSeriesSets(folder: string): string {
  const writer = new RowsWriter(folder, SERIES_FEATURES, COLUMNS);
  for (const set of SETS) {
    const random = new Random(set.seed);
    writer.begin(set);
    for (let made = 0; made < set.series; made++) {
      const counts = series(random, DAYS, set.habits);
      for (let window = 0; window < set.count / set.series; window++) writeWindow(writer, counts, random);
    }
    writer.end();
  }
  return writer.finish();
}

function writeWindow(writer: RowsWriter, counts: readonly number[], random: Random): void {
  const at = random.whole(DAY + PAST, counts.length - AHEAD - 1);
  const young = random.chance(YOUNG);
  const seen = counts.slice(young ? at - PAST : 0, at);
  const past = counts.slice(at - PAST, at);
  const level = past.reduce((sum, count) => sum + Math.log1p(count), 0) / PAST;
  const yesterday = counts.slice(at - DAY, at - DAY + AHEAD).map((count) => (young ? -1 : count));
  writer.row(
    (out, offset) => putSeriesFeatures({ counts: seen, last: MONDAY + at - 1 }, out, offset),
    [...counts.slice(at, at + AHEAD), ...yesterday, past.at(-1) ?? 0, level],
  );
}
