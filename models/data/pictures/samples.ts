import jpeg from "jpeg-js";
import { KINDS, type Kind } from "../../../images/l7-perception/src/vision/kinds.ts";
import type { Picture } from "../../../images/l7-perception/src/vision/picture.ts";
import { Random } from "../random.ts";
import type { Canvas } from "./canvas.ts";
import { chart, qrCode } from "./figures.ts";
import { loginForm, terminal, textDocument } from "./pages.ts";
import { other, photoLike } from "./scenes.ts";
import { KNOWN_STYLE, type Style, UNSEEN_STYLE } from "./style.ts";

const DRAW: Readonly<Record<Kind, (random: Random, style: Style) => Canvas>> = {
  text_document: textDocument,
  chart,
  qr_code: qrCode,
  photo_like: photoLike,
  login_form: loginForm,
  terminal,
  other,
};
/** Share of pictures that were JPEG files once. */
const LOSSY = 0.25;

/** Pictures and what they are, the same ones for the same seed. */
export function* pictures(count: number, seed: number, unseen: boolean): Generator<{ picture: Picture; kind: Kind }> {
  const random = new Random(seed);
  const style = unseen ? UNSEEN_STYLE : KNOWN_STYLE;
  for (let at = 0; at < count; at++) {
    const kind = KINDS[at % KINDS.length] as Kind;
    const canvas = DRAW[kind](random, style);
    yield { kind, picture: random.chance(LOSSY) ? throughJpeg(canvas, random.whole(35, 90)) : canvas };
  }
}

/** A picture as it comes back from a JPEG file. @param quality 1 to 100 */
export function jpegOf({ width, height, rgb }: Picture, quality: number): Buffer {
  const data = Buffer.alloc(width * height * 4, 255);
  for (let at = 0; at < width * height; at++) data.set(rgb.subarray(at * 3, at * 3 + 3), at * 4);
  return jpeg.encode({ width, height, data }, quality).data;
}

function throughJpeg(canvas: Canvas, quality: number): Picture {
  const { width, height, data } = jpeg.decode(jpegOf(canvas, quality), { useTArray: true, formatAsRGBA: false });
  return { width, height, rgb: data };
}
