import { inflateSync } from "node:zlib";
import { convertIndexedToRgb, type DecodedPng, decode } from "fast-png";
import { InputError } from "../input-error.ts";
import { checkSize } from "./bounds.ts";
import type { Picture } from "./picture.ts";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const AROUND = 12;
const HEADER_LENGTH = 13;
/** Values of a pixel, by colour type. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** Chunks that a picture needs; all others, of which some are compressed too, are left out unread. */
const NEEDED: ReadonlySet<string> = new Set(["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]);

export const isPng = (file: Buffer): boolean => file.subarray(0, SIGNATURE.length).equals(SIGNATURE);

/**
 * Reads a PNG. What is inflated is bounded by what its header says, and that by the bounds of pictures, before anything is
 * decoded.
 * @throws InputError
 */
export function readPng(file: Buffer): Picture {
  const chunks = chunksOf(file);
  const expected = inflatedLength(chunks[0]);
  const data = chunks.filter(({ type }) => type === "IDAT").map(({ body }) => body);
  try {
    const { length } = inflateSync(Buffer.concat(data), { maxOutputLength: expected });
    if (length !== expected) throw new Error(`${length} of ${expected} bytes`);
  } catch {
    throw new InputError("image_damaged", "the PNG's data is not as long as its header says, or damaged");
  }
  let decoded: DecodedPng;
  try {
    decoded = decode(Buffer.concat([SIGNATURE, ...chunks.map(({ whole }) => whole)]), { checkCrc: true });
  } catch (error) {
    throw new InputError("image_damaged", `the PNG cannot be decoded: ${(error as Error).message}`);
  }
  return onWhite(decoded);
}

interface Chunk {
  readonly type: string;
  readonly body: Buffer;
  readonly whole: Buffer;
}

function chunksOf(file: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; at < file.length; ) {
    if (at + AROUND > file.length) break;
    const length = file.readUInt32BE(at);
    const end = at + AROUND + length;
    if (end > file.length) break;
    const type = file.toString("latin1", at + 4, at + 8);
    if (chunks.length === 0 && type !== "IHDR") throw new InputError("image_format", "the PNG has no header");
    if (NEEDED.has(type)) chunks.push({ type, body: file.subarray(at + 8, end - 4), whole: file.subarray(at, end) });
    if (type === "IEND") return chunks;
    at = end;
  }
  throw new InputError("image_truncated", "the PNG ends before its end");
}

/** Bytes of the inflated data. */
function inflatedLength(header: Chunk | undefined): number {
  if (header?.body.length !== HEADER_LENGTH) throw new InputError("image_format", "the PNG's header is not one");
  const { body } = header;
  const [width, height] = [body.readUInt32BE(0), body.readUInt32BE(4)];
  const [depth, colour, interlace] = [body.readUInt8(8), body.readUInt8(9), body.readUInt8(12)];
  checkSize(width, height);
  const channels = CHANNELS[colour];
  if (channels === undefined || ![1, 2, 4, 8, 16].includes(depth)) {
    throw new InputError("image_format", "the PNG's header names colours that there are not");
  }
  if (interlace !== 0) throw new InputError("image_unsupported", "interlaced PNG files are not read");
  return height * (1 + Math.ceil((width * channels * depth) / 8));
}

function onWhite(png: DecodedPng): Picture {
  const { width, height, palette, transparency } = png;
  if (palette) return opaque(width, height, convertIndexedToRgb(png), palette[0]?.length ?? 3, 255);
  const { depth, channels, data } = png;
  const values = depth < 8 ? unpacked(data, width * channels, height, depth) : data;
  // A colour that counts as transparent is drawn as it is.
  void transparency;
  return opaque(width, height, values, channels, 2 ** depth - 1);
}

/** Values of 1, 2 or 4 bits, each row beginning with a byte. */
function unpacked(data: ArrayLike<number>, perRow: number, rows: number, depth: number): Uint8Array {
  const out = new Uint8Array(perRow * rows);
  const bytes = Math.ceil((perRow * depth) / 8);
  for (let row = 0; row < rows; row++) {
    for (let at = 0; at < perRow; at++) {
      const bit = at * depth;
      const byte = data[row * bytes + (bit >> 3)] as number;
      out[row * perRow + at] = (byte >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
    }
  }
  return out;
}

function opaque(width: number, height: number, values: ArrayLike<number>, channels: number, most: number): Picture {
  const rgb = new Uint8Array(width * height * 3);
  const isGrey = channels < 3;
  const hasAlpha = channels % 2 === 0;
  for (let pixel = 0; pixel < width * height; pixel++) {
    const from = pixel * channels;
    const alpha = hasAlpha ? (values[from + channels - 1] as number) / most : 1;
    for (let channel = 0; channel < 3; channel++) {
      const value = (values[from + (isGrey ? 0 : channel)] as number) / most;
      rgb[pixel * 3 + channel] = Math.round(255 * (value * alpha + 1 - alpha));
    }
  }
  return { width, height, rgb };
}
