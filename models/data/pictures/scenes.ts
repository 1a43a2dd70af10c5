import type { Random } from "../random.ts";
import { Canvas, type Colour } from "./canvas.ts";
import { ink, type Style, words } from "./style.ts";

const clamp = (value: number): number => Math.max(0, Math.min(255, value));

/** Smooth noise, -1 to 1: values on a grid with `step` pixels between them, and smooth in between. */
function noise(random: Random, width: number, height: number, step: number): (x: number, y: number) => number {
  const columns = Math.ceil(width / step) + 2;
  const grid = Float64Array.from({ length: columns * (Math.ceil(height / step) + 2) }, () => random.unit() * 2 - 1);
  const ease = (part: number): number => part * part * (3 - 2 * part);
  return (x, y) => {
    const [column, row] = [Math.floor(x / step), Math.floor(y / step)];
    const [right, down] = [ease(x / step - column), ease(y / step - row)];
    const value = (dx: number, dy: number): number => grid[(row + dy) * columns + column + dx] as number;
    const above = value(0, 0) + (value(1, 0) - value(0, 0)) * right;
    const below = value(0, 1) + (value(1, 1) - value(0, 1)) * right;
    return above + (below - above) * down;
  };
}

/** What has the statistics of a photograph: light that changes smoothly, things with soft edges, a sensor's noise. */
export function photoLike(random: Random, style: Style): Canvas {
  const canvas = new Canvas(random.whole(80, 140), random.whole(80, 120), [0, 0, 0]);
  const { width, height, rgb } = canvas;
  const layers = (style.unseen ? [90, 30, 11, 5] : [64, 24, 9, 4]).map((step) => noise(random, width, height, step));
  const weights = layers.map((_, at) => (0.6 + random.unit()) / 2 ** at);
  const tint = noise(random, width, height, 50);
  const base: Colour = [random.whole(50, 180), random.whole(50, 180), random.whole(50, 180)];
  const [slope, horizon] = [random.normal() * 60, random.chance(0.4) ? height * (0.3 + random.unit() * 0.4) : -1];
  const grain = 1 + random.unit() * 6;
  const things = Array.from({ length: random.whole(0, 5) }, () => ({
    ...{ x: random.unit() * width, y: random.unit() * height, r: 8 + random.unit() * 45 },
    colour: [random.whole(-90, 90), random.whole(-90, 90), random.whole(-90, 90)] as Colour,
  }));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const rough = layers.reduce((sum, layer, at) => sum + layer(x, y) * (weights[at] ?? 0), 0) * 45;
      const light = rough + slope * (y / height - 0.5) + (horizon >= 0 && y < horizon ? 60 : 0);
      const near = things.map((thing) =>
        Math.max(0, Math.min(1, (thing.r - Math.hypot(x - thing.x, y - thing.y)) / 3)),
      );
      for (let channel = 0; channel < 3; channel++) {
        const own = things.reduce((sum, { colour }, at) => sum + (colour[channel] ?? 0) * (near[at] ?? 0), 0);
        const hue = tint(x, y) * (channel - 1) * 30;
        rgb[(y * width + x) * 3 + channel] = clamp(
          (base[channel] ?? 0) + light + own + hue + (random.unit() - 0.5) * grain,
        );
      }
    }
  }
  return canvas;
}

/** What is none of the kinds: blank, stripes, one shape, icons, a table without text, static. */
export function other(random: Random, style: Style): Canvas {
  const background = random.pick(random.chance(0.6) ? style.paper : [...style.night, ...style.strong]);
  const canvas = new Canvas(random.whole(90, 260), random.whole(90, 220), background);
  const { width, height } = canvas;
  const what = random.pick(
    style.unseen
      ? ["shape", "checks", "mark", "slope"]
      : ["blank", "stripes", "shape", "icons", "table", "static", "slope"],
  );
  if (what === "stripes") {
    const [step, colour, upright] = [random.whole(4, 30), random.pick(style.strong), random.chance(0.5)];
    for (let at = 0; at < (upright ? width : height); at += 2 * step) {
      if (upright) canvas.box(at, 0, step, height, colour);
      else canvas.box(0, at, width, step, colour);
    }
  } else if (what === "shape") {
    const radius = Math.round(Math.min(width, height) * (0.2 + random.unit() * 0.25));
    if (random.chance(0.5)) canvas.disc(width >> 1, height >> 1, radius, random.pick(style.strong));
    else canvas.box(width / 2 - radius, height / 2 - radius, 2 * radius, 2 * radius, random.pick(style.strong));
  } else if (what === "icons") icons(canvas, random, style);
  else if (what === "table") table(canvas, random);
  else if (what === "static") for (let at = 0; at < canvas.rgb.length; at++) canvas.rgb[at] = random.whole(0, 255);
  else if (what === "checks") checks(canvas, random, style);
  else if (what === "slope") slope(canvas, random);
  else if (what === "mark") {
    const at = { x: width * 0.2, y: height * 0.4, right: width * 0.9, size: 26, colour: random.pick(style.strong) };
    words({ canvas, random, font: random.pick(style.fonts) }, at);
  }
  return canvas;
}

function icons(canvas: Canvas, random: Random, style: Style): void {
  const step = random.whole(26, 50);
  for (let y = step / 2; y < canvas.height; y += step) {
    for (let x = step / 2; x < canvas.width; x += step) {
      const [colour, size] = [random.pick(style.strong), Math.round(step * 0.3)];
      if (random.chance(0.5)) canvas.disc(Math.round(x), Math.round(y), size, colour);
      else canvas.box(x - size, y - size, 2 * size, 2 * size, colour);
    }
  }
}

function table(canvas: Canvas, random: Random): void {
  const [colour, high, wide] = [ink(random), random.whole(12, 26), random.whole(24, 60)];
  for (let y = 4; y < canvas.height; y += high) canvas.line(4, y, canvas.width - 4, y, colour);
  for (let x = 4; x < canvas.width; x += wide) canvas.line(x, 4, x, canvas.height - 4, colour);
}

function checks(canvas: Canvas, random: Random, style: Style): void {
  const [side, colour] = [random.whole(12, 40), random.pick(style.strong)];
  for (let y = 0; y * side < canvas.height; y++) {
    for (let x = y % 2; x * side < canvas.width; x += 2) canvas.box(x * side, y * side, side, side, colour);
  }
}

function slope(canvas: Canvas, random: Random): void {
  const [from, to] = [random.whole(0, 255), random.whole(0, 255)];
  for (let y = 0; y < canvas.height; y++) {
    const grey = from + ((to - from) * y) / canvas.height;
    canvas.box(0, y, canvas.width, 1, [grey, clamp(grey + 10), clamp(grey + 25)]);
  }
}
