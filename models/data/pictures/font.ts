import { Random } from "../random.ts";
import type { Canvas, Colour } from "./canvas.ts";

const LETTERS = 62;
const COLUMNS = 5;
const ROWS = 7;

/**
 * A made-up font: 62 letters of strokes on a grid of 5 × 7, wide or narrow, light or bold. No font of a maker is used; at
 * the size that a model sees letters in, only their rhythm is left of them.
 */
export class Font {
  private readonly letters: readonly (readonly boolean[])[];
  private readonly stretch: number;
  private readonly bold: boolean;

  constructor(seed: number) {
    const random = new Random(seed * 7919);
    this.stretch = 0.45 + random.unit() * 0.35;
    this.bold = random.chance(0.3);
    this.letters = Array.from({ length: LETTERS }, () => letter(random));
  }

  /** From one letter to the next, pixels, of letters `size` pixels high. */
  advance(size: number): number {
    return Math.max(2, Math.round(size * (this.stretch + 0.15)));
  }

  draw(
    canvas: Canvas,
    index: number,
    { x, y, size, colour }: { x: number; y: number; size: number; colour: Colour },
  ): void {
    const shape = this.letters[index % LETTERS] ?? [];
    const [wide, high] = [Math.max(1, Math.round(size * this.stretch)), Math.max(2, Math.round(size))];
    for (let row = 0; row < high; row++) {
      for (let column = 0; column < wide; column++) {
        const cell = Math.floor((row * ROWS) / high) * COLUMNS + Math.floor((column * COLUMNS) / wide);
        if (shape[cell] || (this.bold && shape[cell - 1])) canvas.dot(x + column, y + row, colour);
      }
    }
  }
}

/** Two to four strokes between points of the grid. */
function letter(random: Random): boolean[] {
  const cells = Array.from({ length: COLUMNS * ROWS }, () => false);
  for (let stroke = random.whole(2, 4); stroke > 0; stroke--) {
    const [column, row] = [random.whole(0, COLUMNS - 1), random.whole(0, ROWS - 1)];
    const upright = random.chance(0.55);
    const length = random.whole(2, upright ? ROWS : COLUMNS);
    for (let step = 0; step < length; step++) {
      const [x, y] = upright ? [column, row + step] : [column + step, row];
      if (x < COLUMNS && y < ROWS) cells[y * COLUMNS + x] = true;
    }
  }
  return cells;
}
