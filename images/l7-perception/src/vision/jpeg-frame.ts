import { InputError } from "../input-error.ts";
import { checkBlocks, checkSize } from "./bounds.ts";

/** Frames that the decoder reads: baseline, extended, progressive. */
const READ: ReadonlySet<number> = new Set([0xc0, 0xc1, 0xc2]);

/** What a JPEG's frame says that its scans are held against. */
export interface FrameHeader {
  /** Their names. */
  readonly components: ReadonlySet<number>;
}

/**
 * Reads a frame's header, and refuses one that needs too much memory.
 * @throws InputError
 */
export function readFrame(marker: number, body: Buffer): FrameHeader {
  if (!READ.has(marker))
    throw new InputError("image_unsupported", "this kind of JPEG (lossless, arithmetic) is not read");
  if (body.length < 6) throw new InputError("image_damaged", "the JPEG's frame is too short");
  const [depth, height, width, count] = [
    body.readUInt8(0),
    body.readUInt16BE(1),
    body.readUInt16BE(3),
    body.readUInt8(5),
  ];
  if (depth !== 8 || (count !== 1 && count !== 3)) {
    throw new InputError("image_unsupported", "only JPEG of 8 bits, grey or in colours, is read");
  }
  if (body.length !== 6 + 3 * count) throw new InputError("image_damaged", "the JPEG's frame has a wrong length");
  checkSize(width, height);
  const samplings = Array.from({ length: count }, (_, at) => samplingOf(body[7 + at * 3] as number));
  checkBlocks(blocksOf(width, height, samplings));
  const components = new Set(Array.from({ length: count }, (_, at) => body[6 + at * 3] as number));
  if (components.size !== count) throw new InputError("image_damaged", "the JPEG names a component twice");
  return { components };
}

interface Sampling {
  readonly across: number;
  readonly down: number;
}

function samplingOf(byte: number): Sampling {
  const [across, down] = [byte >> 4, byte & 15];
  if (across < 1 || across > 2 || down < 1 || down > 2) {
    throw new InputError("image_unsupported", "the JPEG samples its colours in an unusual way");
  }
  return { across, down };
}

/** Blocks as the decoder takes memory for them: whole units of all colours. */
function blocksOf(width: number, height: number, samplings: readonly Sampling[]): number {
  const units = (side: number, most: number): number => Math.ceil(Math.ceil(side / 8) / most);
  const across = units(width, Math.max(...samplings.map((one) => one.across)));
  const down = units(height, Math.max(...samplings.map((one) => one.down)));
  return across * down * samplings.reduce((sum, one) => sum + one.across * one.down, 0);
}
