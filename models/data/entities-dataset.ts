import { ENTITY_FEATURES, putEntityFeatures } from "../../images/runtime/models/features/entity-features.ts";
import { campaign, KINDS } from "./campaigns.ts";
import { Random } from "./random.ts";
import { RowsWriter, type SetFacts } from "./rows-writer.ts";

const MINUTE = 60_000;
/** An incident within so many minutes is what the model foretells. */
const HORIZON = 60;

/** `unseen`: attackers that take three times as long, or a third of the time. */
const SETS: readonly (SetFacts & { haste: readonly number[] })[] = [
  { name: "train", count: 50_000, seed: 20_260_301, haste: [0.8, 1, 1.3] },
  { name: "validation", count: 12_000, seed: 20_260_302, haste: [0.8, 1, 1.3] },
  { name: "test", count: 20_000, seed: 20_260_303, haste: [0.8, 1, 1.3] },
  { name: "unseen", count: 10_000, seed: 20_260_304, haste: [0.33, 3] },
];
const COLUMNS = ["incident"];

/** Writes entities at moments of their lives: features, and whether an incident begins by them within the next hour. */
export function writeEntitySets(folder: string): string {
  const writer = new RowsWriter(folder, ENTITY_FEATURES, COLUMNS);
  const total = KINDS.reduce((sum, { weight }) => sum + weight, 0);
  for (const set of SETS) {
    const random = new Random(set.seed);
    writer.begin(set);
    for (let made = 0; made < set.count; ) {
      let place = random.unit() * total;
      const kind = KINDS.find(({ weight }) => {
        place -= weight;
        return place < 0;
      });
      if (kind && writeMoment(writer, random, kind, random.pick(set.haste))) made += 1;
    }
    writer.end();
  }
  return writer.finish();
}

/** One moment after the first event and before the first incident is an hour old; false where nothing had happened. */
function writeMoment(writer: RowsWriter, random: Random, kind: (typeof KINDS)[number], haste: number): boolean {
  const { traces, inside, incidents, minutes } = campaign(random, kind, haste);
  const moment = random.unit() * Math.min(minutes + 20, (incidents[0] ?? minutes) + 30);
  const seen = traces.filter(({ at }) => at <= moment * MINUTE).slice(-500);
  if (seen.length === 0) return false;
  const incident = incidents.some((minute) => minute > moment && minute <= moment + HORIZON);
  // While many attack, the tenant's alerts exceed their forecast; at other times they do so by chance.
  const unusual = random.chance(kind.earnest >= 1 ? 0.3 : 0.06) ? random.unit() : random.unit() * 0.15;
  writer.row(
    (out, offset) => putEntityFeatures({ traces: seen, inside, unusual }, moment * MINUTE, out, offset),
    [incident ? 1 : 0],
  );
  return true;
}
