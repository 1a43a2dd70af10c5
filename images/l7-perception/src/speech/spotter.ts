import { WORDS } from "./words.ts";

/** A known word that was spotted: the frame of its middle. */
export interface Spotted {
  readonly word: string;
  readonly frame: number;
  readonly confidence: number;
}

/** Probability below which a window says nothing. */
export const WORD_THRESHOLD = 0.85;
/** Frames between the middles of two words. */
const APART = 14;

/**
 * Known words of a sound: where a word's probability, mean of three windows, is highest and high enough.
 * @param at the answer to window `window`, whose middle is frame `window * step`
 */
export function spot(windows: number, step: number, at: (window: number) => Float32Array): Spotted[] {
  const candidates: Spotted[] = [];
  for (let window = 0; window < windows; window++) {
    const around = [Math.max(0, window - 1), window, Math.min(windows - 1, window + 1)].map(at);
    for (const [index, word] of WORDS.entries()) {
      const confidence = around.reduce((sum, row) => sum + (row[index] as number), 0) / around.length;
      if (confidence >= WORD_THRESHOLD) candidates.push({ word, frame: window * step, confidence });
    }
  }
  candidates.sort((a, b) => b.confidence - a.confidence || a.frame - b.frame);
  const kept: Spotted[] = [];
  for (const candidate of candidates) {
    if (kept.every(({ frame }) => Math.abs(frame - candidate.frame) >= APART)) kept.push(candidate);
  }
  return kept.sort((a, b) => a.frame - b.frame);
}
