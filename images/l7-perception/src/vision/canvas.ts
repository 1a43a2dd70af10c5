import type { Picture } from "./picture.ts";

/** Width and height that every picture is brought to. */
export const SIDE = 64;

/** A picture as the model sees it, and what scaling loses: how rough it was, square by square. */
export interface Scaled {
  /** SIDE × SIDE × 3, 0 to 1, each the mean of the pixels below it. */
  readonly rgb: Float32Array;
  /** SIDE × SIDE, 0 to 1: brightness (Rec. 601). */
  readonly light: Float32Array;
  /** SIDE × SIDE, 0 to 1: mean difference of a pixel's brightness to its right neighbour's. */
  readonly detail: Float32Array;
  /** Share of pixels that are exactly as bright as their right neighbour: drawn pictures have many, photographs few. */
  readonly flat: number;
}

/** Longest side that details are looked at in: a large picture of a page must not look smoother than a small one. */
const LONGEST = 256;

/** First source pixel of each of `count` squares, and one beyond the last: whole numbers, the same on every machine. */
function cuts(length: number, count: number): Int32Array {
  return Int32Array.from({ length: count + 1 }, (_, at) => Math.floor((at * length) / count));
}

/** Brings a picture to SIDE × SIDE by means over whole pixels; its sides' ratio is not kept. */
export function scale(picture: Picture): Scaled {
  const { width, height, rgb } = reduced(picture);
  const [columns, rows] = [cuts(width, SIDE), cuts(height, SIDE)];
  const out = {
    rgb: new Float32Array(SIDE * SIDE * 3),
    light: new Float32Array(SIDE * SIDE),
    detail: new Float32Array(SIDE * SIDE),
  };
  let same = 0;
  let pairs = 0;
  for (let y = 0; y < SIDE; y++) {
    const top = rows[y] ?? 0;
    const bottom = Math.max(top + 1, rows[y + 1] ?? 0);
    for (let x = 0; x < SIDE; x++) {
      const left = columns[x] ?? 0;
      const right = Math.max(left + 1, columns[x + 1] ?? 0);
      const at = y * SIDE + x;
      const sums = summed({ width, rgb, left, right, top, bottom });
      const pixels = (right - left) * (bottom - top);
      out.rgb[at * 3] = sums.red / (255 * pixels);
      out.rgb[at * 3 + 1] = sums.green / (255 * pixels);
      out.rgb[at * 3 + 2] = sums.blue / (255 * pixels);
      out.light[at] = sums.light / (255 * 256 * pixels);
      out.detail[at] = sums.pairs === 0 ? 0 : sums.steps / (255 * 256 * sums.pairs);
      same += sums.same;
      pairs += sums.pairs;
    }
  }
  return { ...out, flat: pairs === 0 ? 1 : same / pairs };
}

/** The picture, with no side longer than LONGEST: each pixel the mean of those below it. */
function reduced(picture: Picture): Picture {
  const { width, height, rgb } = picture;
  const longest = Math.max(width, height);
  if (longest <= LONGEST) return picture;
  const shorter = (side: number): number => Math.max(1, Math.round((side * LONGEST) / longest));
  const [wide, high] = [shorter(width), shorter(height)];
  const [columns, rows] = [cuts(width, wide), cuts(height, high)];
  const out = new Uint8Array(wide * high * 3);
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < wide; x++) {
      const [left, right] = [columns[x] as number, columns[x + 1] as number];
      const [top, bottom] = [rows[y] as number, rows[y + 1] as number];
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let row = top; row < bottom; row++) {
        for (let at = (row * width + left) * 3; at < (row * width + right) * 3; at += 3) {
          red += rgb[at] as number;
          green += rgb[at + 1] as number;
          blue += rgb[at + 2] as number;
        }
      }
      const pixels = (right - left) * (bottom - top);
      const to = (y * wide + x) * 3;
      out[to] = Math.floor(red / pixels);
      out[to + 1] = Math.floor(green / pixels);
      out[to + 2] = Math.floor(blue / pixels);
    }
  }
  return { width: wide, height: high, rgb: out };
}

interface Square {
  readonly width: number;
  readonly rgb: Uint8Array;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Sums over a square; brightness in 256ths. */
function summed({ width, rgb, left, right, top, bottom }: Square) {
  const sums = { red: 0, green: 0, blue: 0, light: 0, steps: 0, same: 0, pairs: 0 };
  const lightAt = (at: number): number =>
    77 * (rgb[at] as number) + 150 * (rgb[at + 1] as number) + 29 * (rgb[at + 2] as number);
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const at = (y * width + x) * 3;
      const own = lightAt(at);
      sums.red += rgb[at] as number;
      sums.green += rgb[at + 1] as number;
      sums.blue += rgb[at + 2] as number;
      sums.light += own;
      if (x + 1 === width) continue;
      const next = lightAt(at + 3);
      sums.pairs += 1;
      sums.steps += Math.abs(next - own);
      if (next === own) sums.same += 1;
    }
  }
  return sums;
}
