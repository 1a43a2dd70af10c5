import { BANDS, HOP } from "./spectrum.ts";

/** Frames of a window, 0.96 s: a word with what is around it. */
export const WINDOW = 48;
/** Time of a frame, seconds. */
export const FRAME_SECONDS = HOP / 8000;

/** Names of the features of a window, in their order: feature set `speech-v1`. Any change is a new set and a new model. */
export const SPEECH_FEATURES: readonly string[] = Array.from(
  { length: WINDOW * BANDS },
  (_, at) => `frame_${Math.floor(at / BANDS)}_band_${at % BANDS}`,
);

/** How far below the loudest a band still counts, natural logarithm: what is quieter is noise or nothing. */
const DEPTH = 9;

/**
 * Writes the features of the window around frame `centre` to `out` from `offset` on: each band's loudness below the loudest
 * one of the window, 1 to 0, so that a word is the same loud and quiet. Before and after the sound there is silence.
 * @param bands of the whole sound, as `logBands` tells them
 */
export function putSpeechFeatures(bands: Float32Array, centre: number, out: Float32Array, offset: number): void {
  const first = (centre - WINDOW / 2) * BANDS;
  let loudest = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < WINDOW * BANDS; at++) loudest = Math.max(loudest, bands[first + at] ?? loudest);
  for (let at = 0; at < WINDOW * BANDS; at++) {
    const value = bands[first + at];
    out[offset + at] = value === undefined ? 0 : Math.max(0, 1 - (loudest - value) / DEPTH);
  }
}
