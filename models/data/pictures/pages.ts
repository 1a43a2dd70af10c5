import type { Random } from "../random.ts";
import { Canvas, type Colour } from "./canvas.ts";
import { ink, type Style, words } from "./style.ts";

/** Size of a picture that is taller than wide, or the other way. */
function size(random: Random, upright: boolean): [number, number] {
  const [short, long] = [random.whole(110, 200), random.whole(170, 300)];
  return upright ? [Math.min(short, long), Math.max(short, long)] : [Math.max(short, long), Math.min(short, long)];
}

/** A page of text: paragraphs, headings, one or two columns; now and then a scan with its shadow. */
export function textDocument(random: Random, style: Style): Canvas {
  const canvas = new Canvas(...size(random, random.chance(0.65)), random.pick(style.paper));
  const font = random.pick(style.fonts);
  const high = random.whole(4, 9);
  const columns = random.chance(style.unseen ? 0.6 : 0.2) ? 2 : 1;
  const margin = random.whole(6, 28);
  const colour = ink(random);
  const wide = (canvas.width - margin * (columns + 1)) / columns;
  const step = high + random.whole(2, 6);
  for (let column = 0; column < columns; column++) {
    const left = margin + column * (wide + margin);
    let y = margin;
    while (y < canvas.height - margin - high) {
      const heading = random.chance(0.07);
      const tall = heading ? high + 4 : high;
      const right = left + wide * (heading || random.chance(0.18) ? 0.3 + random.unit() * 0.5 : 1);
      words({ canvas, random, font }, { x: left, y, right, size: tall, colour });
      y += step + (heading ? 6 : 0) + (random.chance(0.15) ? step : 0);
    }
  }
  if (random.chance(0.2)) shade(canvas, random);
  return canvas;
}

/** A terminal: one font, lines of any length from the left, a prompt, a bar above. */
export function terminal(random: Random, style: Style): Canvas {
  const canvas = new Canvas(...size(random, random.chance(0.1)), random.pick(style.night));
  const font = random.pick(style.fonts);
  const high = random.whole(5, 9);
  const bar = random.chance(0.5) ? random.whole(9, 16) : 0;
  canvas.box(0, 0, canvas.width, bar, random.chance(0.5) ? [200, 200, 200] : [70, 70, 75]);
  const plain: Colour = random.chance(0.35) ? [60, random.whole(190, 255), 80] : ink(random, true);
  const colours: Colour[] = [plain, plain, plain, [90, 200, 250], [250, 190, 70], [240, 90, 90]];
  const end = canvas.height * (random.chance(0.6) ? 1 : 0.3 + random.unit() * 0.7);
  for (let y = bar + 4; y < end - high; y += high + random.whole(2, 3)) {
    if (random.chance(0.08)) continue;
    const tabs = random.chance(0.3);
    let x = 4;
    const right = 4 + (canvas.width - 8) * (0.15 + random.unit() * 0.85);
    if (random.chance(0.3)) {
      x = words({ canvas, random, font }, { x, y, right: Math.min(right, 60), size: high, colour: [80, 220, 120] });
    }
    const colour = random.pick(colours);
    if (tabs) {
      for (let tab = x; tab < right; tab += 60) {
        words({ canvas, random, font }, { x: tab, y, right: Math.min(right, tab + 50), size: high, colour });
      }
    } else words({ canvas, random, font }, { x, y, right, size: high, colour });
  }
  return canvas;
}

/** A form to log in: a card, a mark, two or three fields, a button. */
export function loginForm(random: Random, style: Style): Canvas {
  const dark = random.chance(0.25);
  const canvas = new Canvas(...size(random, random.chance(0.3)), random.pick(dark ? style.night : style.paper));
  const accent = random.pick(style.strong);
  if (style.unseen && random.chance(0.5)) canvas.box(0, 0, canvas.width * 0.4, canvas.height, accent);
  else if (random.chance(0.3)) canvas.box(0, 0, canvas.width, canvas.height, accent);
  const wide = Math.min(canvas.width - 16, random.whole(90, 150));
  const high = Math.min(canvas.height - 12, random.whole(100, 150));
  const left = (canvas.width - wide) * (style.unseen && random.chance(0.5) ? 0.8 : 0.5);
  const top = (canvas.height - high) * (0.3 + random.unit() * 0.3);
  const card: Colour = dark ? [50, 52, 60] : [255, 255, 255];
  canvas.box(left, top, wide, high, card);
  canvas.frame(left, top, wide, high, dark ? [80, 80, 90] : [215, 215, 220]);
  const font = random.pick(style.fonts);
  const text = ink(random, dark);
  let y = top + 8;
  if (random.chance(0.7)) canvas.disc(left + wide / 2, y + 8, random.whole(6, 9), accent);
  y += 20;
  words({ canvas, random, font }, { x: left + wide * 0.25, y, right: left + wide * 0.8, size: 7, colour: text });
  y += 13;
  const field = random.whole(12, 17);
  for (let input = random.chance(0.85) ? 2 : 3; input > 0; input--) {
    if (random.chance(0.6)) {
      words({ canvas, random, font }, { x: left + 10, y, right: left + wide * 0.5, size: 5, colour: text });
    }
    canvas.box(left + 10, y + 7, wide - 20, field, dark ? [34, 36, 42] : [250, 250, 252]);
    canvas.frame(left + 10, y + 7, wide - 20, field, dark ? [110, 110, 120] : [170, 175, 185]);
    y += field + 11;
  }
  canvas.box(left + 10, y, random.chance(0.8) ? wide - 20 : wide * 0.4, field, accent);
  words(
    { canvas, random, font },
    { x: left + wide * 0.4, y: y + field / 2 - 3, right: left + wide * 0.7, size: 6, colour: [255, 255, 255] },
  );
  return canvas;
}

/** The shadow of a scan or a photograph of a page. */
function shade(canvas: Canvas, random: Random): void {
  const strength = random.unit() * 0.25;
  for (let at = 0; at < canvas.rgb.length; at++) {
    const x = (Math.floor(at / 3) % canvas.width) / canvas.width;
    canvas.rgb[at] = Math.max(0, Math.min(255, (canvas.rgb[at] ?? 0) * (1 - strength * x) + random.whole(-3, 3)));
  }
}
