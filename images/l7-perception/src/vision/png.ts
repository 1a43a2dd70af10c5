import { crc32, inflateSync } from "node:zlib";
import { InputError } from "../input-error.ts";
import { checkInflated, checkSize } from "./bounds.ts";
import type { Picture } from "./picture.ts";
import { type Rows, unfilter, valueAt } from "./png-rows.ts";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const AROUND = 12;
const HEADER_LENGTH = 13;
/** Values of a pixel, by colour type. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** Chunks that a picture needs; all others, of which some are compressed too, are left out unread. */
const NEEDED: ReadonlySet<string> = new Set(["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]);
/** Longest bodies of those that a picture has once, bytes. */
const ONCE: Readonly<Record<string, number>> = { IHDR: HEADER_LENGTH, PLTE: 256 * 3, tRNS: 256 };
/** Bits of a value, by colour type. */
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  ...{ 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] },
};
const INDEXED = 3;

export const isPng = (file: Buffer): boolean => file.subarray(0, SIGNATURE.length).equals(SIGNATURE);

/**
 * Reads a PNG. What is inflated is bounded by what its header says, and that by the bounds of pictures, before anything is
 * decoded.
 * @throws InputError
 */
export function readPng(file: Buffer): Picture {
  const chunks = chunksOf(file);
  const { rows, isIndexed } = header(chunks[0]);
  const rest = inflated(chunks, rows);
  const colours = isIndexed ? palette(chunks) : undefined;
  try {
    unfilter(rest);
    return colours ? coloured(rest, colours) : opaque(rest);
  } catch (error) {
    throw new InputError("image_damaged", `the PNG cannot be decoded: ${(error as Error).message}`);
  }
}

function inflated(chunks: readonly Chunk[], rows: Omit<Rows, "data">): Rows {
  const length = rows.height * (rows.bytes + 1);
  try {
    const packed = Buffer.concat(chunks.filter(({ type }) => type === "IDAT").map(({ body }) => body));
    // One piece that is as long as all of it: pieces would be put together, in twice the memory.
    const data = inflateSync(packed, { maxOutputLength: length, chunkSize: Math.max(64, length + 1) });
    if (data.length !== length) throw new Error(`${data.length} of ${length} bytes`);
    return { ...rows, data };
  } catch {
    throw new InputError("image_damaged", "the PNG's data is not as long as its header says, or damaged");
  }
}

interface Chunk {
  readonly type: string;
  readonly body: Buffer;
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
    if (NEEDED.has(type)) {
      if (crc32(file.subarray(at + 4, end - 4)) !== file.readUInt32BE(end - 4)) {
        throw new InputError("image_damaged", `the PNG's ${type} has a wrong checksum`);
      }
      chunks.push(onceOnly({ type, body: file.subarray(at + 8, end - 4) }, chunks));
    }
    if (type === "IEND") return chunks;
    at = end;
  }
  throw new InputError("image_truncated", "the PNG ends before its end");
}

/** A picture has one of each but its data: a second one would be obeyed by some and not by others. */
function onceOnly(chunk: Chunk, before: readonly Chunk[]): Chunk {
  const { type, body } = chunk;
  const most = ONCE[type];
  if (most !== undefined && (body.length > most || before.some((one) => one.type === type))) {
    throw new InputError("image_damaged", `the PNG has more than one ${type}, or one that is too long`);
  }
  return chunk;
}

/** What the header says, if a picture of that kind is read. */
function header(chunk: Chunk | undefined): { rows: Omit<Rows, "data">; isIndexed: boolean } {
  if (chunk?.body.length !== HEADER_LENGTH) throw new InputError("image_format", "the PNG's header is not one");
  const { body } = chunk;
  const [width, height] = [body.readUInt32BE(0), body.readUInt32BE(4)];
  const [depth, colour, ...ways] = body.subarray(8) as unknown as [number, number, number, number, number];
  checkSize(width, height);
  const channels = CHANNELS[colour];
  if (channels === undefined || !DEPTHS[colour]?.includes(depth)) {
    throw new InputError("image_format", "the PNG's header names colours that there are not");
  }
  if (ways.some((way) => way !== 0)) throw new InputError("image_unsupported", "interlaced PNG files are not read");
  const bytes = Math.ceil((width * channels * depth) / 8);
  checkInflated(height * (bytes + 1));
  return { rows: { width, height, bytes, channels, depth }, isIndexed: colour === INDEXED };
}

/** The colours that indexes stand for, on white. */
function palette(chunks: readonly Chunk[]): Uint8Array {
  const of = (name: string): Buffer | undefined => chunks.find(({ type }) => type === name)?.body;
  const [colours, alphas] = [of("PLTE"), of("tRNS")];
  if (!colours || colours.length % 3 !== 0) throw new InputError("image_damaged", "the PNG has no palette");
  return Uint8Array.from(colours, (value, at) => onWhite(value / 255, (alphas?.[Math.floor(at / 3)] ?? 255) / 255));
}

const onWhite = (value: number, alpha: number): number => Math.round(255 * (value * alpha + 1 - alpha));

function coloured(rows: Rows, colours: Uint8Array): Picture {
  const { width, height } = rows;
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const from = valueAt(rows, Math.floor(pixel / width), pixel % width) * 3;
    if (from >= colours.length) throw new Error("a colour is not in the palette");
    for (let channel = 0; channel < 3; channel++) rgb[pixel * 3 + channel] = colours[from + channel] as number;
  }
  return { width, height, rgb };
}

/** On white; a colour that counts as transparent is drawn as it is. */
function opaque(rows: Rows): Picture {
  const { width, height, channels, depth } = rows;
  const rgb = new Uint8Array(width * height * 3);
  const most = 2 ** Math.min(8, depth) - 1;
  const isGrey = channels < 3;
  const hasAlpha = channels % 2 === 0;
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [row, from] = [Math.floor(pixel / width), (pixel % width) * channels];
    const alpha = hasAlpha ? valueAt(rows, row, from + channels - 1) / most : 1;
    for (let channel = 0; channel < 3; channel++) {
      const value = valueAt(rows, row, from + (isGrey ? 0 : channel)) / most;
      rgb[pixel * 3 + channel] = onWhite(value, alpha);
    }
  }
  return { width, height, rgb };
}
