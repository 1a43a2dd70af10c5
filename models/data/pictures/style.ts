import type { Random } from "../random.ts";
import type { Canvas, Colour } from "./canvas.ts";
import { Font } from "./font.ts";

/** Fonts, palettes and layouts to draw with: those trained on, or those never trained on. */
export interface Style {
  readonly unseen: boolean;
  readonly fonts: readonly Font[];
  /** Strong colours. */
  readonly strong: readonly Colour[];
  /** Light backgrounds. */
  readonly paper: readonly Colour[];
  /** Dark backgrounds. */
  readonly night: readonly Colour[];
}

const fonts = (from: number, count: number): Font[] => Array.from({ length: count }, (_, at) => new Font(from + at));

export const KNOWN_STYLE: Style = {
  unseen: false,
  fonts: fonts(1, 14),
  strong: [
    [31, 119, 180],
    [214, 39, 40],
    [44, 160, 44],
    [255, 127, 14],
    [26, 115, 232],
    [90, 60, 160],
    [20, 20, 20],
  ],
  paper: [
    [255, 255, 255],
    [250, 250, 250],
    [245, 242, 235],
    [240, 244, 248],
    [253, 250, 240],
  ],
  night: [
    [0, 0, 0],
    [30, 30, 30],
    [12, 12, 24],
    [40, 42, 54],
    [18, 24, 18],
  ],
};

export const UNSEEN_STYLE: Style = {
  unseen: true,
  fonts: fonts(101, 6),
  strong: [
    [0, 128, 128],
    [200, 60, 140],
    [120, 94, 30],
    [70, 90, 200],
  ],
  paper: [
    [248, 248, 255],
    [236, 236, 236],
    [255, 248, 248],
  ],
  night: [
    [0, 43, 54],
    [48, 10, 36],
    [20, 20, 40],
  ],
};

/** A dark ink, or a light one. */
export function ink(random: Random, light = false): Colour {
  const grey = light ? random.whole(190, 255) : random.whole(0, 70);
  const shade = (): number => Math.max(0, Math.min(255, grey + random.whole(-12, 12)));
  return [shade(), shade(), shade()];
}

/** Words of `font` from `x` to at most `right`; where the last one ended. */
export function words(
  { canvas, random, font }: { canvas: Canvas; random: Random; font: Font },
  { x, y, right, size, colour }: { x: number; y: number; right: number; size: number; colour: Colour },
): number {
  let at = x;
  for (;;) {
    const length = random.whole(1, 10);
    const width = length * font.advance(size);
    if (at + width > right) return at;
    for (let letter = 0; letter < length; letter++) {
      font.draw(canvas, random.whole(0, 61), { x: at + letter * font.advance(size), y, size, colour });
    }
    at += width + font.advance(size);
  }
}
