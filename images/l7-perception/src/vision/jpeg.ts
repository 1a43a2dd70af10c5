import jpeg from "jpeg-js";
import { InputError } from "../input-error.ts";
import { checkSegments } from "./jpeg-segments.ts";
import type { Picture } from "./picture.ts";

/** Most memory that the decoder may take, MiB. */
const MEMORY_MIB = 160;
/**
 * The decoder mends one marker that has lost its first byte, by a jump to wherever the file says, which may be inside of a
 * segment. This is such a marker that leads nowhere: a second one is refused by the decoder itself.
 */
const NO_JUMPS = Buffer.from([0x00, 0xe0, 0x00, 0x02]);

export const isJpeg = (file: Buffer): boolean => file[0] === 0xff && file[1] === 0xd8 && file[2] === 0xff;

/**
 * Reads a JPEG. Its segments are looked at before anything is decoded.
 * @throws InputError
 */
export function readJpeg(file: Buffer): Picture {
  checkSegments(file);
  try {
    const { width, height, data } = jpeg.decode(Buffer.concat([file.subarray(0, 2), NO_JUMPS, file.subarray(2)]), {
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
