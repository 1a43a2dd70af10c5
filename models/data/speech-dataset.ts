import { putSpeechFeatures, SPEECH_FEATURES } from "../../images/l7-perception/src/speech/features.ts";
import { HOP, logBands } from "../../images/l7-perception/src/speech/spectrum.ts";
import { SPEECH_COLUMNS } from "../../images/l7-perception/src/speech/words.ts";
import { Random } from "./random.ts";
import { RowsWriter } from "./rows-writer.ts";
import { espeakVersion } from "./speech/speak.ts";
import { type Utterance, utterance } from "./speech/utterances.ts";

/** The sets of utterances: other seeds for each, and other voices and other words for `unseen`. */
const SPEECH_SETS = [
  { name: "train", utterances: 190, seed: 20_260_601 },
  { name: "test", utterances: 20, seed: 20_260_602 },
  { name: "unseen", utterances: 20, seed: 20_260_603 },
] as const;

/** Words of each utterance beside the known ones. */
const OTHERS = 22;
const WORDS = SPEECH_COLUMNS.length - 2 + OTHERS;
/** Windows of each word, and frames that they may be beside its middle. */
const WINDOWS = 2;
const BESIDE = 3;
const ROWS = WORDS * (WINDOWS + 1);

/** Writes windows of speech: their features, and which word is in their middle. Undefined where there is no espeak-ng. */
export function writeSpeechSets(folder: string): string | undefined {
  const version = espeakVersion();
  if (version === undefined) return undefined;
  const writer = new RowsWriter(folder, SPEECH_FEATURES, ["word"], { words: SPEECH_COLUMNS, espeak: version });
  for (const { name, utterances, seed } of SPEECH_SETS) {
    const random = new Random(seed);
    writer.begin({ name, count: utterances * ROWS, seed });
    for (let at = 0; at < utterances; at++) {
      writeWindows(writer, utterance(random, name === "unseen", OTHERS), random);
    }
    writer.end();
  }
  return writer.finish();
}

function writeWindows(writer: RowsWriter, { samples, words }: Utterance, random: Random): void {
  const bands = logBands(samples);
  const row = (centre: number, word: string): void =>
    writer.row(
      (out, offset) => putSpeechFeatures(bands, Math.round(centre), out, offset),
      [SPEECH_COLUMNS.indexOf(word)],
    );
  for (const [at, { text, from, to }] of words.entries()) {
    const word = SPEECH_COLUMNS.includes(text) ? text : "unknown";
    for (let window = 0; window < WINDOWS; window++) {
      row((from + to) / 2 / HOP + random.whole(-BESIDE, BESIDE), word);
    }
    // Between this word and the next, or right at its end.
    const next = words[at + 1]?.from ?? samples.length;
    row((random.chance(0.3) ? to : (to + next) / 2) / HOP, "none");
  }
}
