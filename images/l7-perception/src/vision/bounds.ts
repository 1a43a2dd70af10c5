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
