import { BANDS } from "./spectrum.ts";

/** A stretch of frames in which somebody may speak; `to` is the first one after it. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Below it there is silence, whatever is around: natural logarithm of the energy of a frame. */
const SILENCE = -9;
/** How far above the noise, and at most how far below the loudest frame, speech is. */
const ABOVE_NOISE = 1.8;
const BELOW_LOUDEST = 7;
/** Share of frames that are taken for noise alone. */
const NOISE_SHARE = 0.1;
/** Frames of a pause within a word, and of the shortest stretch. */
const PAUSE = 5;
const SHORTEST = 6;

/** Where the sound is louder than what is around: speech, or something else that is worth an `[unknown]`. */
export function activeStretches(bands: Float32Array): Stretch[] {
  const loudness = Array.from({ length: bands.length / BANDS }, (_, frame) => energyOf(bands, frame));
  const sorted = [...loudness].sort((a, b) => a - b);
  const noise = sorted[Math.floor(sorted.length * NOISE_SHARE)] ?? 0;
  const loudest = sorted.at(-1) ?? 0;
  const limit = Math.max(SILENCE, noise + ABOVE_NOISE, loudest - BELOW_LOUDEST);
  const found: Stretch[] = [];
  for (const [frame, loud] of loudness.entries()) {
    if (loud < limit) continue;
    const last = found.at(-1);
    if (last && frame - last.to <= PAUSE) found[found.length - 1] = { from: last.from, to: frame + 1 };
    else found.push({ from: frame, to: frame + 1 });
  }
  return found.filter(({ from, to }) => to - from >= SHORTEST);
}

function energyOf(bands: Float32Array, frame: number): number {
  let sum = 0;
  for (let band = 0; band < BANDS; band++) sum += Math.exp(bands[frame * BANDS + band] as number);
  return Math.log(sum);
}
