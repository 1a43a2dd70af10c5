import type { NormalizedLine } from "../../images/runtime/ingest/normalized-line.ts";
import { parseLine } from "../../images/runtime/ingest/parse-line.ts";
import type { Scenario, ThreatLabel } from "./context.ts";
import { ALERTS } from "./lines/alerts.ts";
import { FLOWS } from "./lines/flows.ts";
import { HOSTS } from "./lines/hosts.ts";
import { LOGINS } from "./lines/logins.ts";
import { NAMES } from "./lines/names.ts";
import { WEB } from "./lines/web.ts";
import { WEB_ATTACKS } from "./lines/web-attacks.ts";
import { Random } from "./random.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** One labelled line. */
export interface Sample {
  readonly line: string;
  readonly parsed: NormalizedLine;
  readonly scenario: string;
  readonly truth: ThreatLabel;
  /** Whether the analyst acted, drawn with the scenario's probability. */
  readonly acted: boolean;
  /** That probability: what a perfect score would say. */
  readonly act: number;
}

/** Every kind of line there is. */
export const SCENARIOS: readonly Scenario[] = [
  ...LOGINS,
  ...HOSTS,
  ...NAMES,
  ...FLOWS,
  ...WEB,
  ...WEB_ATTACKS,
  ...ALERTS,
];

const RECEIVED = "2026-01-20T00:00:00.000Z";

/** `count` lines, drawn by the scenarios' weights and normalized by the services' own parser. */
export function* samples(count: number, seed: number, words: Vocabulary): Generator<Sample> {
  const random = new Random(seed);
  const total = SCENARIOS.reduce((sum, { weight }) => sum + weight, 0);
  for (let made = 0; made < count; made++) {
    const scenario = drawn(random.unit() * total);
    const { otherwise, act } = scenario;
    const truth = otherwise && random.chance(otherwise.share) ? otherwise.truth : scenario.truth;
    const acted = random.chance(act);
    const line = scenario.line({ random, words });
    const parsed = parseLine(line, { format: "auto", source: "synthetic", receivedAt: RECEIVED });
    if (!parsed.ok) throw new Error(`${scenario.id} made a line that is refused: ${parsed.detail}: ${line}`);
    yield { line, parsed: parsed.value, scenario: scenario.id, truth, acted, act };
  }
}

/** The scenario at a place on the line on which all weights lie one after the other. */
function drawn(place: number): Scenario {
  let left = place;
  for (const scenario of SCENARIOS) {
    left -= scenario.weight;
    if (left < 0) return scenario;
  }
  return SCENARIOS[0] as Scenario;
}
