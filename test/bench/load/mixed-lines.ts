import { samples } from "../../../models/data/samples.ts";
import { KNOWN } from "../../../models/data/vocabulary.ts";

/** One line in so many is one that Layer 3 has to refuse. */
export const MALFORMED_EVERY = 50;

/** Lines that no parser of ours takes, each for another reason. */
const MALFORMED: readonly ((n: number) => string)[] = [
  (n) => `{"timestamp": "2026-01-20T00:00:00", broken ${n}`,
  (n) => `{"timestamp":"2026-01-20T00:00:00.000000+0000","no":"type","n":${n}}`,
  (n) => `no header at all ${n}`,
  () => "",
];

/** Lines 1 to `count` of a run: EVE and syslog as the models' generator draws them, every fiftieth malformed. */
export function* mixedLines(count: number, seed: number): Generator<string> {
  let number = 0;
  for (const { line } of samples(count, seed, KNOWN)) {
    number += 1;
    yield isMalformed(number) ? (MALFORMED[(number / MALFORMED_EVERY) % MALFORMED.length]?.(number) ?? "") : line;
  }
}

/** Whether the line of this number is a malformed one. */
export const isMalformed = (number: number): boolean => number % MALFORMED_EVERY === 0;

/** How many of the first `count` lines are. */
export const malformedAmong = (count: number): number => Math.floor(count / MALFORMED_EVERY);
