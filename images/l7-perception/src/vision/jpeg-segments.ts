import { InputError } from "../input-error.ts";
import { type FrameHeader, readFrame } from "./jpeg-frame.ts";

/** Each scan goes over the whole picture: a few bytes more of a file are as much work again. */
const MAX_SCANS = 24;
/** Most values of a Huffman table. */
const MAX_VALUES = 256;
const TABLES = 0xc4;
const END = 0xd9;
const SCAN = 0xda;
const QUANTIZATION = 0xdb;
const RESTART = 0xdd;
const COMMENT = 0xfe;
const isApplication = (marker: number): boolean => (marker & 0xf0) === 0xe0;
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== TABLES && marker !== 0xc8 && marker !== 0xcc;

/** What is known of a file so far. */
interface Seen {
  frame?: FrameHeader;
  scans: number;
}

/**
 * Goes over a JPEG's segments before anything is decoded. The decoder ignores the lengths of most of them: one that is not
 * as long as what it holds would let the decoder see what is not seen here, so it is refused.
 * @throws InputError
 */
export function checkSegments(file: Buffer): void {
  const seen: Seen = { scans: 0 };
  let at = 2;
  while (at + 4 <= file.length) {
    if (file[at] !== 0xff) throw damaged("segments do not follow each other");
    const marker = file[at + 1] as number;
    if (marker === END) break;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const end = at + 2 + file.readUInt16BE(at + 2);
    if (end < at + 4) throw damaged("segment has no length");
    if (end > file.length) throw new InputError("image_truncated", "the JPEG ends before its picture");
    segment(marker, file.subarray(at + 4, end), seen);
    at = marker === SCAN ? afterScan(file, end) : end;
  }
  if (seen.scans === 0) throw new InputError("image_truncated", "the JPEG ends before its picture");
}

function segment(marker: number, body: Buffer, seen: Seen): void {
  if (isFrame(marker)) {
    if (seen.frame) throw damaged("picture has more than one frame");
    seen.frame = readFrame(marker, body);
  } else if (marker === SCAN) scan(body, seen);
  else if (marker === TABLES) tables(body, huffmanLength);
  else if (marker === QUANTIZATION) tables(body, quantizationLength);
  else if (marker === RESTART) {
    if (body.length !== 2) throw damaged("restart interval has a wrong length");
  } else if (!isApplication(marker) && marker !== COMMENT) {
    throw new InputError("image_unsupported", `the JPEG's segment ${marker.toString(16)} is not read`);
  }
}

function scan(body: Buffer, seen: Seen): void {
  if (!seen.frame) throw damaged("scan comes before its frame");
  const count = body[0] ?? 0;
  if (count < 1 || body.length !== 4 + 2 * count) throw damaged("scan has a wrong length");
  const names = Array.from({ length: count }, (_, at) => body[1 + 2 * at] as number);
  const { components } = seen.frame;
  if (new Set(names).size !== count || !names.every((name) => components.has(name))) {
    throw damaged("scan names components that there are not, or one twice");
  }
  if ((body[2 + 2 * count] as number) > 63) throw damaged("scan goes beyond its blocks");
  seen.scans += 1;
  if (seen.scans > MAX_SCANS) throw new InputError("image_unsupported", `the JPEG has more than ${MAX_SCANS} scans`);
}

/** Whether tables, each as long as it says, fill their segment. */
function tables(body: Buffer, lengthOf: (table: Buffer) => number): void {
  let at = 0;
  while (at < body.length) at += lengthOf(body.subarray(at));
  if (at !== body.length) throw damaged("tables are not as long as their segment");
}

function huffmanLength(table: Buffer): number {
  const values = table.subarray(1, 17).reduce((sum, count) => sum + count, 0);
  if (values > MAX_VALUES) throw damaged("table has too many values");
  return 17 + values;
}

function quantizationLength(table: Buffer): number {
  const wide = (table[0] as number) >> 4;
  if (wide > 1) throw damaged("table is of no known kind");
  return wide === 1 ? 129 : 65;
}

/** The next marker after a scan's data, in which 0xFF stands before 0 or a restart. */
function afterScan(file: Buffer, from: number): number {
  for (let at = file.indexOf(0xff, from); at >= 0; at = file.indexOf(0xff, at + 1)) {
    const next = file[at + 1];
    if (next !== undefined && next !== 0 && !(next >= 0xd0 && next <= 0xd7) && next !== 0xff) return at;
  }
  return file.length;
}

const damaged = (what: string): InputError => new InputError("image_damaged", `the JPEG's ${what}`);
