/** The data of a PNG, row by row, each with its filter in front. */
export interface Rows {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Bytes of a row, without its filter. */
  readonly bytes: number;
  /** Values of a pixel, and bits of each. */
  readonly channels: number;
  readonly depth: number;
}

/**
 * Undoes the rows' filters in place: a decoder that copies takes several times a picture's memory.
 * @throws Error on a filter that there is not
 */
export function unfilter({ data, height, bytes, channels, depth }: Rows): void {
  const step = Math.max(1, (channels * depth) >> 3);
  for (let row = 0; row < height; row++) {
    const start = row * (bytes + 1) + 1;
    const filter = data[start - 1] as number;
    if (filter > 4) throw new Error(`filter ${filter}`);
    if (filter === 0) continue;
    for (let at = start; at < start + bytes; at++) {
      const hasLeft = at >= start + step;
      const left = hasLeft ? (data[at - step] as number) : 0;
      const up = row > 0 ? (data[at - bytes - 1] as number) : 0;
      const corner = hasLeft && row > 0 ? (data[at - bytes - 1 - step] as number) : 0;
      data[at] = (data[at] as number) + predicted(filter, left, up, corner);
    }
  }
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const [toLeft, toUp, toCorner] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

/** A value of an unfiltered row, 0 to 2^depth - 1; of 16 bits the upper 8. */
export function valueAt({ data, bytes, depth }: Rows, row: number, index: number): number {
  const start = row * (bytes + 1) + 1;
  if (depth >= 8) return data[start + index * (depth >> 3)] as number;
  const bit = index * depth;
  return ((data[start + (bit >> 3)] as number) >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
}
