import type { HeardWord, SpeechAnswer } from "../../../runtime/l7/perception.ts";
import type { BatchModel } from "../../../runtime/models/batch-model.ts";
import type { ModelWant } from "../../../runtime/models/model-slot.ts";
import type { DecodedSound } from "../decoder/decode.ts";
import { InputError } from "../input-error.ts";
import { activeStretches, type Stretch } from "./activity.ts";
import { FRAME_SECONDS, putSpeechFeatures, SPEECH_FEATURES } from "./features.ts";
import { BANDS } from "./spectrum.ts";
import { type Spotted, spot } from "./spotter.ts";
import { SPEECH_COLUMNS } from "./words.ts";

/** The model that spots words. */
export const SPEECH_MODEL: ModelWant = {
  name: "l7-speech",
  features: "speech-v1",
  width: SPEECH_FEATURES.length,
  columns: SPEECH_COLUMNS,
};

/** Frames from one window to the next. */
const STEP = 2;
/** Frames that a word reaches from its middle at most. */
const REACH = 20;
/** Frames that the middle of a word may be outside of what is loud. */
const BESIDE = 4;
/** Frames of what is left beside words and is told as unknown: shorter is a word's own beginning or end. */
const LEFT_OVER = 15;

/**
 * What was said.
 * @throws InputError model_not_loaded
 */
export async function listen(model: BatchModel, { bands, duration }: DecodedSound): Promise<SpeechAnswer> {
  const windows = Array.from({ length: Math.ceil(bands.length / BANDS / STEP) }, (_, window) => window * STEP);
  const answers = await model.ask(windows, (frame, out, offset) => putSpeechFeatures(bands, frame, out, offset));
  if (!answers) throw new InputError("model_not_loaded", "the model of words is not loaded");
  const stretches = activeStretches(bands);
  const spotted = spot(windows.length, STEP, (window) => answers.row(window));
  const words = stretches.flatMap((stretch) => wordsIn(stretch, spotted)).sort((a, b) => a.start - b.start);
  return {
    model: `${answers.model.name} ${answers.model.version}`,
    text: words.map(({ word }) => word).join(" "),
    duration: rounded(duration),
    words,
  };
}

/** The words of one stretch, and what is left between them. */
function wordsIn({ from, to }: Stretch, spotted: readonly Spotted[]): HeardWord[] {
  const own = spotted.filter(({ frame }) => frame >= from - BESIDE && frame < to + BESIDE);
  if (own.length === 0) return [unknown(from, to)];
  const heard: HeardWord[] = [];
  let told = from;
  for (const [at, { word, frame, confidence }] of own.entries()) {
    const before = own[at - 1];
    const after = own[at + 1];
    const begin = Math.max(from, frame - REACH, before ? Math.round((before.frame + frame) / 2) : from);
    const end = Math.min(to, frame + REACH, after ? Math.round((after.frame + frame) / 2) : to);
    if (begin - told >= LEFT_OVER) heard.push(unknown(told, begin));
    heard.push({
      word,
      start: seconds(begin),
      end: seconds(Math.max(begin + 1, end)),
      confidence: rounded(confidence),
    });
    told = Math.max(told, end);
  }
  if (to - told >= LEFT_OVER) heard.push(unknown(told, to));
  return heard;
}

const unknown = (from: number, to: number): HeardWord => ({
  word: "[unknown]",
  start: seconds(from),
  end: seconds(to),
  confidence: null,
});
const seconds = (frame: number): number => rounded(frame * FRAME_SECONDS);
const rounded = (value: number): number => Math.round(value * 1000) / 1000;
