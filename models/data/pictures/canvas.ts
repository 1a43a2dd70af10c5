import type { Picture } from "../../../images/l7-perception/src/vision/picture.ts";

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [number, number, number];

/** A picture to draw on. What lies outside of it is not drawn. */
export class Canvas implements Picture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;

  constructor(width: number, height: number, background: Colour) {
    this.width = width;
    this.height = height;
    this.rgb = new Uint8Array(width * height * 3);
    this.box(0, 0, width, height, background);
  }

  dot(x: number, y: number, [r, g, b]: Colour): void {
    const [column, row] = [Math.round(x), Math.round(y)];
    if (column < 0 || row < 0 || column >= this.width || row >= this.height) return;
    const at = (row * this.width + column) * 3;
    this.rgb[at] = r;
    this.rgb[at + 1] = g;
    this.rgb[at + 2] = b;
  }

  box(x: number, y: number, width: number, height: number, colour: Colour): void {
    const [left, top] = [Math.round(x), Math.round(y)];
    const [right, bottom] = [left + Math.round(width), top + Math.round(height)];
    for (let row = Math.max(0, top); row < Math.min(this.height, bottom); row++) {
      for (let column = Math.max(0, left); column < Math.min(this.width, right); column++)
        this.dot(column, row, colour);
    }
  }

  /** The outline of a box. */
  frame(x: number, y: number, width: number, height: number, colour: Colour, thick = 1): void {
    this.box(x, y, width, thick, colour);
    this.box(x, y + height - thick, width, thick, colour);
    this.box(x, y, thick, height, colour);
    this.box(x + width - thick, y, thick, height, colour);
  }

  line(x0: number, y0: number, x1: number, y1: number, colour: Colour, thick = 1): void {
    const steps = Math.max(1, Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0))));
    for (let step = 0; step <= steps; step++) {
      const [x, y] = [x0 + ((x1 - x0) * step) / steps, y0 + ((y1 - y0) * step) / steps];
      this.box(x - thick / 2, y - thick / 2, thick, thick, colour);
    }
  }

  /** A disc, or a part of one: `from` to `to` turns; a ring with `hole` above 0. */
  disc(x: number, y: number, radius: number, colour: Colour, { from = 0, to = 1, hole = 0 } = {}): void {
    for (let row = -radius; row <= radius; row++) {
      for (let column = -radius; column <= radius; column++) {
        const distance = Math.hypot(column, row);
        if (distance > radius || distance < hole) continue;
        const turn = (Math.atan2(row, column) / (2 * Math.PI) + 1) % 1;
        if (turn >= from && turn <= to) this.dot(x + column, y + row, colour);
      }
    }
  }
}
