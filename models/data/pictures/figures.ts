import type { Random } from "../random.ts";
import { Canvas, type Colour } from "./canvas.ts";
import { ink, type Style, words } from "./style.ts";

/** A chart: bars, lines, points or a pie; areas, lying bars and rings are what was never trained on. */
export function chart(random: Random, style: Style): Canvas {
  const dark = random.chance(0.15);
  const [width, height] = [random.whole(150, 300), random.whole(110, 220)];
  const canvas = new Canvas(width, height, random.pick(dark ? style.night : style.paper));
  const colour = ink(random, dark);
  const font = random.pick(style.fonts);
  if (random.chance(0.7))
    words({ canvas, random, font }, { x: width * 0.3, y: 4, right: width * 0.75, size: 7, colour });
  const plot = {
    left: random.whole(16, 34),
    top: random.whole(14, 24),
    right: width - 10,
    bottom: height - random.whole(14, 26),
  };
  const kinds = style.unseen ? ["area", "lying", "ring", "bars"] : ["bars", "bars", "lines", "lines", "points", "pie"];
  const kind = random.pick(kinds);
  if (kind === "pie" || kind === "ring") {
    round(canvas, random, style, kind === "ring");
    return canvas;
  }
  const faint: Colour = dark ? [70, 70, 80] : [222, 222, 226];
  for (let line = 1; line <= 5; line++) {
    const y = plot.bottom - ((plot.bottom - plot.top) * line) / 5;
    if (random.chance(0.8)) canvas.line(plot.left, y, plot.right, y, faint);
    words({ canvas, random, font }, { x: 2, y: y - 2, right: plot.left, size: 5, colour });
  }
  if (kind === "bars") bars(canvas, random, style, plot);
  else if (kind === "lying") lying(canvas, random, style, plot);
  else courses(canvas, random, style, plot, kind);
  canvas.line(plot.left, plot.top, plot.left, plot.bottom, colour);
  canvas.line(plot.left, plot.bottom, plot.right, plot.bottom, colour);
  words({ canvas, random, font }, { x: plot.left, y: plot.bottom + 4, right: plot.right, size: 5, colour });
  return canvas;
}

interface Plot {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function bars(canvas: Canvas, random: Random, style: Style, { left, top, right, bottom }: Plot): void {
  const count = random.whole(4, 16);
  const several = random.chance(0.3);
  const colour = random.pick(style.strong);
  const wide = (right - left) / count;
  for (let bar = 0; bar < count; bar++) {
    const high = (bottom - top) * (0.05 + random.unit() * 0.95);
    const own = several ? random.pick(style.strong) : colour;
    canvas.box(left + bar * wide + wide * 0.15, bottom - high, wide * 0.7, high, own);
  }
}

function lying(canvas: Canvas, random: Random, style: Style, { left, top, right, bottom }: Plot): void {
  const count = random.whole(4, 10);
  const colour = random.pick(style.strong);
  const high = (bottom - top) / count;
  for (let bar = 0; bar < count; bar++) {
    canvas.box(left, top + bar * high + high * 0.15, (right - left) * (0.1 + random.unit() * 0.9), high * 0.7, colour);
  }
}

function courses(canvas: Canvas, random: Random, style: Style, plot: Plot, kind: string): void {
  const { left, top, right, bottom } = plot;
  for (let course = random.whole(1, 3); course > 0; course--) {
    const colour = random.pick(style.strong);
    const count = random.whole(8, 40);
    const wide = (right - left) / count;
    let level = random.unit();
    for (let point = 0; point < count; point++) {
      const next = Math.max(0.02, Math.min(0.98, level + random.normal() * (kind === "points" ? 0.3 : 0.12)));
      const [y0, y1] = [bottom - (bottom - top) * level, bottom - (bottom - top) * next];
      const x = left + point * wide;
      if (kind === "points") canvas.disc(Math.round(x), Math.round(y1), 2, colour);
      else canvas.line(x, y0, x + wide, y1, colour, random.chance(0.5) ? 2 : 1);
      if (kind === "area") for (let at = 0; at < wide; at++) canvas.box(x + at, y1, 1, bottom - y1, colour);
      level = next;
    }
  }
}

function round(canvas: Canvas, random: Random, style: Style, ring: boolean): void {
  const radius = Math.round(Math.min(canvas.width, canvas.height) * (0.28 + random.unit() * 0.12));
  const [x, y] = [Math.round(canvas.width * (0.35 + random.unit() * 0.2)), Math.round(canvas.height * 0.54)];
  let from = 0;
  for (let part = random.whole(3, 7); part > 0; part--) {
    const to = part === 1 ? 1 : from + (1 - from) * (0.15 + random.unit() * 0.45);
    const colour: Colour = random.chance(0.6)
      ? random.pick(style.strong)
      : [random.whole(60, 240), random.whole(60, 240), random.whole(60, 240)];
    canvas.disc(x, y, radius, colour, { from, to, hole: ring ? radius * 0.55 : 0 });
    from = to;
  }
  const font = random.pick(style.fonts);
  for (let entry = 0; entry < 4; entry++) {
    const top = canvas.height * 0.25 + entry * 12;
    canvas.box(canvas.width * 0.78, top, 6, 6, random.pick(style.strong));
    words(
      { canvas, random, font },
      { x: canvas.width * 0.78 + 9, y: top, right: canvas.width - 2, size: 5, colour: [60, 60, 60] },
    );
  }
}

/** What looks like a QR code: its three corners, its timing lines, and modules by chance. Nothing can be read from it. */
export function qrCode(random: Random, style: Style): Canvas {
  const modules = 17 + 4 * random.whole(1, 7);
  const scale = random.whole(2, 5);
  const side = modules * scale;
  const around = (): number => random.whole(3, random.chance(0.3) ? 90 : 24);
  const [left, top] = [around(), around()];
  const paper: Colour = random.chance(0.75) ? [255, 255, 255] : random.pick(style.paper);
  const canvas = new Canvas(
    left + side + around(),
    top + side + around(),
    random.chance(0.2) ? random.pick(style.strong) : paper,
  );
  const quiet = scale * random.whole(2, 4);
  canvas.box(left - quiet, top - quiet, side + 2 * quiet, side + 2 * quiet, paper);
  const colour: Colour = random.chance(style.unseen ? 0.4 : 0.8) ? [0, 0, 0] : random.pick(style.strong);
  const round = style.unseen && random.chance(0.4) && scale >= 3;
  for (let row = 0; row < modules; row++) {
    for (let column = 0; column < modules; column++) {
      if (!isSet(row, column, modules, random)) continue;
      const [x, y] = [left + column * scale, top + row * scale];
      if (round) canvas.disc(x + Math.floor(scale / 2), y + Math.floor(scale / 2), Math.floor(scale / 2), colour);
      else canvas.box(x, y, scale, scale, colour);
    }
  }
  return canvas;
}

function isSet(row: number, column: number, modules: number, random: Random): boolean {
  for (const [top, left] of [
    [0, 0],
    [0, modules - 7],
    [modules - 7, 0],
  ] as const) {
    const [y, x] = [row - top, column - left];
    if (y < -1 || x < -1 || y > 7 || x > 7) continue;
    const ring = Math.max(Math.abs(y - 3), Math.abs(x - 3));
    return ring === 3 || ring <= 1;
  }
  if (row === 6) return column % 2 === 0;
  if (column === 6) return row % 2 === 0;
  return random.chance(0.5);
}
