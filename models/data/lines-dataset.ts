import { score } from "../../images/l3-router/src/score.ts";
import { CLASSES } from "../../images/l4-classifier/src/classes.ts";
import { classify } from "../../images/l4-classifier/src/classify.ts";
import { Facts } from "../../images/runtime/facts.ts";
import { LINE_SEVERITY_FEATURES, putLineFeatures } from "../../images/runtime/models/features/line-features.ts";
import type { ThreatLabel } from "./context.ts";
import { RowsWriter, type SetFacts } from "./rows-writer.ts";
import { type Sample, SCENARIOS, samples } from "./samples.ts";
import { KNOWN, UNSEEN, type Vocabulary } from "./vocabulary.ts";

/** The sets of lines: other seeds for each, and other words for `unseen`. */
export const LINE_SETS: readonly (SetFacts & { words: Vocabulary })[] = [
  { name: "train", count: 60_000, seed: 20_260_101, words: KNOWN },
  { name: "validation", count: 15_000, seed: 20_260_102, words: KNOWN },
  { name: "test", count: 25_000, seed: 20_260_103, words: KNOWN },
  { name: "unseen", count: 10_000, seed: 20_260_104, words: UNSEEN },
];

/** Columns of the labels; the last two are what the services' rules say of the line, to compare with. */
const COLUMNS = ["class", "acted", "act", "scenario", "rule_score", "rule_class"];
const SCENARIO_IDS = SCENARIOS.map(({ id }) => id);

/** Writes lines: features, what they truly are, and what the rules make of them. */
export function writeLineSets(folder: string): string {
  const more = { scenarios: SCENARIO_IDS, classes: CLASSES };
  const writer = new RowsWriter(folder, LINE_SEVERITY_FEATURES, COLUMNS, more);
  for (const set of LINE_SETS) {
    writer.begin(set);
    for (const sample of samples(set.count, set.seed, set.words)) {
      const { parsed } = sample;
      writer.row((out, offset) => putLineFeatures(parsed, out, offset, parsed.severity), labelsOf(sample));
    }
    writer.end();
  }
  return writer.finish();
}

function labelsOf({ parsed, truth, acted, act, scenario }: Sample): number[] {
  const { l3, severity } = score(parsed);
  const { l4 } = classify(new Facts(parsed.category, parsed.fields), l3, severity);
  const byRules = CLASSES.indexOf(l4.class as ThreatLabel);
  return [CLASSES.indexOf(truth), acted ? 1 : 0, act, SCENARIO_IDS.indexOf(scenario), l3.score, byRules];
}
