import { InputError } from "../input-error.ts";

/** Most pixels of a picture, and longest side. */
const MAX_PIXELS = 4_000_000;
const MAX_SIDE = 8192;

/**
 * Refuses a picture by what its header says, before memory is taken for it.
 * @throws InputError
 */
export function checkSize(width: number, height: number): void {
  if (width < 1 || height < 1) throw new InputError("image_format", "the picture has no width or no height");
  if (width > MAX_SIDE || height > MAX_SIDE || width * height > MAX_PIXELS) {
    const most = `${MAX_PIXELS} pixels and ${MAX_SIDE} a side`;
    throw new InputError("image_too_large", `the picture has ${width} × ${height} pixels; at most ${most} are read`);
  }
}

/** Most bytes of a PNG's inflated data: 4,000,000 pixels of three bytes, and a byte a row. */
const MAX_INFLATED = MAX_PIXELS * 3 + MAX_SIDE;
/** Most blocks of 8 × 8 values of a JPEG's colours: the decoder takes some 600 bytes for each. 1920 × 1080 at 4:2:0 has 48,960. */
const MAX_BLOCKS = 50_000;

/** @throws InputError */
export function checkInflated(bytes: number): void {
  if (bytes <= MAX_INFLATED) return;
  const what = `the picture has ${bytes} bytes when it is inflated; at most ${MAX_INFLATED} are read`;
  throw new InputError("image_too_large", `${what}: fewer pixels, no transparency or 8 bits are less`);
}

/** @throws InputError */
export function checkBlocks(blocks: number): void {
  if (blocks <= MAX_BLOCKS) return;
  const what = `the JPEG has ${blocks} blocks of 8 × 8 values; at most ${MAX_BLOCKS} are read`;
  throw new InputError("image_too_large", `${what}: fewer pixels or colours at 4:2:0 are less`);
}
