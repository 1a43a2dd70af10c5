/** Values of one frame, and from one frame to the next: 32 ms and 20 ms at 8 kHz. */
export const FRAME = 256;
export const HOP = 160;
/** Bands of a frame, evenly wide to the ear. */
export const BANDS = 20;

const LOWEST_HZ = 120;
const HIGHEST_HZ = 3800;
const RATE = 8000;
const BINS = FRAME / 2 + 1;
/** What silence is taken for, so that its logarithm exists. */
const FLOOR = 1e-8;

const HANN = Float64Array.from({ length: FRAME }, (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * at) / FRAME));
const toMel = (hz: number): number => 2595 * Math.log10(1 + hz / 700);
const toHz = (mel: number): number => 700 * (10 ** (mel / 2595) - 1);
const FILTERS = filters();

/** Frames of a sound at 8 kHz: how loud each of BANDS bands is in each, as a natural logarithm; one after the other. */
export function logBands(samples: Float32Array): Float32Array {
  const frames = Math.max(0, Math.floor((samples.length - FRAME) / HOP) + 1);
  const out = new Float32Array(frames * BANDS);
  const [real, imaginary] = [new Float64Array(FRAME), new Float64Array(FRAME)];
  for (let frame = 0; frame < frames; frame++) {
    for (let at = 0; at < FRAME; at++) {
      real[at] = (samples[frame * HOP + at] as number) * (HANN[at] as number);
      imaginary[at] = 0;
    }
    transform(real, imaginary);
    for (let band = 0; band < BANDS; band++) {
      let sum = 0;
      for (let bin = 0; bin < BINS; bin++) {
        const weight = FILTERS[band * BINS + bin] as number;
        if (weight > 0) sum += weight * ((real[bin] as number) ** 2 + (imaginary[bin] as number) ** 2);
      }
      out[frame * BANDS + band] = Math.log(FLOOR + sum / FRAME);
    }
  }
  return out;
}

/** Triangles, each from the middle of the one below to the middle of the one above. */
function filters(): Float64Array {
  const [low, high] = [toMel(LOWEST_HZ), toMel(HIGHEST_HZ)];
  const edge = (at: number): number => (toHz(low + ((high - low) * at) / (BANDS + 1)) * FRAME) / RATE;
  const out = new Float64Array(BANDS * BINS);
  for (let band = 0; band < BANDS; band++) {
    const [from, middle, to] = [edge(band), edge(band + 1), edge(band + 2)];
    for (let bin = 0; bin < BINS; bin++) {
      const height = Math.min((bin - from) / (middle - from), (to - bin) / (to - middle));
      if (height > 0) out[band * BINS + bin] = height;
    }
  }
  return out;
}

/** A fast Fourier transform in place, of a length that is a power of two. */
function transform(real: Float64Array, imaginary: Float64Array): void {
  const length = real.length;
  for (let at = 1, turned = 0; at < length; at++) {
    let bit = length >> 1;
    for (; turned & bit; bit >>= 1) turned ^= bit;
    turned ^= bit;
    if (at >= turned) continue;
    swap(real, at, turned);
    swap(imaginary, at, turned);
  }
  for (let size = 2; size <= length; size *= 2) {
    const half = size / 2;
    for (let k = 0; k < half; k++) {
      const angle = (-2 * Math.PI * k) / size;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      for (let upper = k; upper < length; upper += size) {
        const lower = upper + half;
        const [r, i] = [real[lower] as number, imaginary[lower] as number];
        const [re, im] = [r * cos - i * sin, r * sin + i * cos];
        real[lower] = (real[upper] as number) - re;
        imaginary[lower] = (imaginary[upper] as number) - im;
        real[upper] = (real[upper] as number) + re;
        imaginary[upper] = (imaginary[upper] as number) + im;
      }
    }
  }
}

function swap(values: Float64Array, a: number, b: number): void {
  const kept = values[a] as number;
  values[a] = values[b] as number;
  values[b] = kept;
}
