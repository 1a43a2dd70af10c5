import { type Scaled, SIDE, scale } from "./canvas.ts";
import type { Picture } from "./picture.ts";

/** Cells a side, and pixels a side of one. */
const CELLS = 8;
const CELL = SIDE / CELLS;
/** Directions of edges, of half a turn. */
const DIRECTIONS = 6;
/** Steps of each of red, green and blue. */
const SHADES = 4;
const COUNT = CELLS * CELLS;

const PER_CELL = ["light", "detail", ...Array.from({ length: DIRECTIONS }, (_, at) => `edge_${at}`)];
const WHOLE = ["flat", "dark", "bright", "colourful", "contrast", "wide", "detail"];

/** Names of the features of a picture, in their order: feature set `picture-v1`. Any change is a new set and a new model. */
export const PICTURE_FEATURES: readonly string[] = [
  ...PER_CELL.flatMap((name) => Array.from({ length: COUNT }, (_, cell) => `${name}_${cell}`)),
  ...Array.from({ length: SHADES ** 3 }, (_, at) => `colour_${at}`),
  ...WHOLE.map((name) => `whole_${name}`),
];

/** Writes the features of a picture to `out` from `offset` on, which must be zeros. */
export function putPictureFeatures(picture: Picture, out: Float32Array, offset: number): void {
  const scaled = scale(picture);
  putCells(scaled, out, offset);
  putEdges(scaled.light, out, offset + 2 * COUNT);
  const colours = offset + (2 + DIRECTIONS) * COUNT;
  putColours(scaled.rgb, out, colours);
  out.set(whole(scaled, picture), colours + SHADES ** 3);
}

const cellOf = (x: number, y: number): number => Math.floor(y / CELL) * CELLS + Math.floor(x / CELL);

function putCells({ light, detail }: Scaled, out: Float32Array, offset: number): void {
  const share = 1 / (CELL * CELL);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const cell = offset + cellOf(x, y);
      out[cell] = (out[cell] as number) + (light[y * SIDE + x] as number) * share;
      // Roots and not the values: most of what tells kinds apart is between a little and none.
      out[cell + COUNT] = (out[cell + COUNT] as number) + (detail[y * SIDE + x] as number) * share;
    }
  }
  for (let at = offset + COUNT; at < offset + 2 * COUNT; at++) out[at] = Math.sqrt(out[at] as number);
}

/** How strong the edges of each direction are in each cell. */
function putEdges(light: Float32Array, out: Float32Array, offset: number): void {
  for (let y = 1; y < SIDE - 1; y++) {
    for (let x = 1; x < SIDE - 1; x++) {
      const at = y * SIDE + x;
      const across = (light[at + 1] as number) - (light[at - 1] as number);
      const down = (light[at + SIDE] as number) - (light[at - SIDE] as number);
      const turn = (Math.atan2(down, across) / Math.PI + 1) % 1;
      const direction = Math.min(DIRECTIONS - 1, Math.floor(turn * DIRECTIONS));
      const index = offset + direction * COUNT + cellOf(x, y);
      out[index] = (out[index] as number) + Math.hypot(across, down) / (CELL * CELL);
    }
  }
  for (let at = offset; at < offset + DIRECTIONS * COUNT; at++) out[at] = Math.sqrt(out[at] as number);
}

function putColours(rgb: Float32Array, out: Float32Array, offset: number): void {
  const step = (value: number): number => Math.min(SHADES - 1, Math.floor(value * SHADES));
  for (let at = 0; at < rgb.length; at += 3) {
    const [r, g, b] = [step(rgb[at] as number), step(rgb[at + 1] as number), step(rgb[at + 2] as number)];
    const index = offset + (r * SHADES + g) * SHADES + b;
    out[index] = (out[index] as number) + 1 / (SIDE * SIDE);
  }
  for (let at = offset; at < offset + SHADES ** 3; at++) out[at] = Math.sqrt(out[at] as number);
}

/** In the order of WHOLE. */
function whole({ light, rgb, detail, flat }: Scaled, { width, height }: Picture): number[] {
  const share = (values: Float32Array, of: (value: number) => number): number =>
    values.reduce((sum, value) => sum + of(value), 0) / values.length;
  const mean = share(light, (value) => value);
  let colourful = 0;
  for (let at = 0; at < rgb.length; at += 3) {
    const [r, g, b] = [rgb[at] as number, rgb[at + 1] as number, rgb[at + 2] as number];
    colourful += Math.max(r, g, b) - Math.min(r, g, b);
  }
  return [
    flat,
    share(light, (value) => (value < 0.2 ? 1 : 0)),
    share(light, (value) => (value > 0.85 ? 1 : 0)),
    colourful / light.length,
    Math.sqrt(share(light, (value) => (value - mean) ** 2)),
    Math.max(-1, Math.min(1, Math.log2(width / height) / 3)),
    Math.sqrt(share(detail, (value) => value)),
  ];
}
