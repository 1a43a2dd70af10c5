import jpeg from "jpeg-js";
import { InputError } from "../input-error.ts";
import { checkSize } from "./bounds.ts";
import type { Picture } from "./picture.ts";

/** Most memory that the decoder may take, MiB. */
const MEMORY_MIB = 160;
/** Each scan goes over the whole picture: a few bytes more of a file are as much work again. */
const MAX_SCANS = 24;
const SCAN = 0xda;
const END = 0xd9;
/** Frames that the decoder reads: baseline, extended, progressive; and all that there are. */
const READ: ReadonlySet<number> = new Set([0xc0, 0xc1, 0xc2]);
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
const hasNoBody = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);

export const isJpeg = (file: Buffer): boolean => file[0] === 0xff && file[1] === 0xd8 && file[2] === 0xff;

/**
 * Reads a JPEG. Its size and its scans are looked at before anything is decoded.
 * @throws InputError
 */
export function readJpeg(file: Buffer): Picture {
  look(file);
  try {
    const { width, height, data } = jpeg.decode(file, {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      maxResolutionInMP: 4,
      maxMemoryUsageInMB: MEMORY_MIB,
    });
    return { width, height, rgb: data };
  } catch (error) {
    throw new InputError("image_damaged", `the JPEG cannot be decoded: ${(error as Error).message.slice(0, 120)}`);
  }
}

/** Goes over the file's segments. */
function look(file: Buffer): void {
  let frames = 0;
  let scans = 0;
  let at = 2;
  while (at + 4 <= file.length) {
    if (file[at] !== 0xff) throw new InputError("image_damaged", "the JPEG's segments do not follow each other");
    const marker = file[at + 1] as number;
    if (marker === 0xff || hasNoBody(marker)) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    if (marker === END) break;
    const length = file.readUInt16BE(at + 2);
    if (length < 2 || at + 2 + length > file.length) break;
    if (isFrame(marker)) {
      frames += 1;
      frame(file.subarray(at + 4, at + 2 + length), marker);
    }
    at += 2 + length;
    if (marker !== SCAN) continue;
    scans += 1;
    if (scans > MAX_SCANS) throw new InputError("image_unsupported", `the JPEG has more than ${MAX_SCANS} scans`);
    at = afterScan(file, at);
  }
  if (frames !== 1)
    throw new InputError(frames === 0 ? "image_truncated" : "image_damaged", `the JPEG has ${frames} frames`);
  if (scans === 0) throw new InputError("image_truncated", "the JPEG ends before its picture");
}

function frame(body: Buffer, marker: number): void {
  if (!READ.has(marker))
    throw new InputError("image_unsupported", "this kind of JPEG (lossless, arithmetic) is not read");
  if (body.length < 6) throw new InputError("image_damaged", "the JPEG's frame is too short");
  const [depth, height, width, components] = [
    body.readUInt8(0),
    body.readUInt16BE(1),
    body.readUInt16BE(3),
    body.readUInt8(5),
  ];
  if (depth !== 8 || (components !== 1 && components !== 3)) {
    throw new InputError("image_unsupported", "only JPEG of 8 bits, grey or in colours, is read");
  }
  checkSize(width, height);
  for (let component = 0; component < components; component++) {
    const sampling = body[7 + component * 3] ?? 0;
    const [across, down] = [sampling >> 4, sampling & 15];
    if (across < 1 || across > 2 || down < 1 || down > 2) {
      throw new InputError("image_unsupported", "the JPEG samples its colours in an unusual way");
    }
  }
}

/** The next marker after a scan's data, in which 0xFF stands before 0 or a restart. */
function afterScan(file: Buffer, from: number): number {
  for (let at = file.indexOf(0xff, from); at >= 0; at = file.indexOf(0xff, at + 1)) {
    const next = file[at + 1];
    if (next !== undefined && next !== 0 && !(next >= 0xd0 && next <= 0xd7) && next !== 0xff) return at;
  }
  return file.length;
}
