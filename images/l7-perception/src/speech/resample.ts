import type { Sound } from "./sound.ts";

/** Values a second that speech is looked at with: what keeps words apart is below 4 kHz. */
export const RATE = 8000;
/** Values of the source on each side that make one of the result, in cycles of the lower rate. */
const REACH = 8;

/** Brings a sound to RATE by a windowed sinc, which lets nothing above half of the lower rate through. */
export function resample({ rate, samples }: Sound): Float32Array {
  if (rate === RATE) return samples;
  const step = rate / RATE;
  const band = Math.min(1, 0.95 / step);
  const reach = Math.ceil(REACH / band);
  const out = new Float32Array(Math.floor(samples.length / step));
  // Between two values of the source 64 places are told apart: a table instead of a sine for each.
  const table = kernel(reach, band);
  for (let at = 0; at < out.length; at++) {
    const centre = at * step;
    const first = Math.floor(centre);
    const part = Math.round((centre - first) * PLACES);
    let sum = 0;
    for (let tap = -reach + 1; tap <= reach; tap++) {
      const sample = samples[first + tap];
      if (sample !== undefined) sum += sample * (table[Math.abs(tap * PLACES - part)] as number);
    }
    out[at] = sum;
  }
  return out;
}

const PLACES = 64;

function kernel(reach: number, band: number): Float64Array {
  return Float64Array.from({ length: reach * PLACES + PLACES + 1 }, (_, at) => {
    const x = at / PLACES;
    if (x >= reach) return 0;
    const window = 0.5 + 0.5 * Math.cos((Math.PI * x) / reach);
    const phase = Math.PI * band * x;
    return window * (at === 0 ? band : (band * Math.sin(phase)) / phase);
  });
}
