import type { Tensor } from "./safetensors.ts";

/** Rows of a matrix in whole numbers of 8 bits, each row with a scale of its own. */
export interface Quantised {
  readonly values: Int8Array;
  readonly scales: Float32Array;
}

/** The nearest numbers from −127 to 127 for each row; the same on every machine, as it is computed in 64 bits. */
export function quantise({ shape: [rows = 0, columns = 0], values }: Tensor): Quantised {
  const quantised: Quantised = { values: new Int8Array(values.length), scales: new Float32Array(rows) };
  for (let row = 0; row < rows; row++) {
    let largest = 0;
    for (let at = row * columns; at < (row + 1) * columns; at++) largest = Math.max(largest, Math.abs(values[at] ?? 0));
    const scale = Math.fround(largest / 127) || 1;
    quantised.scales[row] = scale;
    for (let at = row * columns; at < (row + 1) * columns; at++) {
      quantised.values[at] = Math.max(-127, Math.min(127, Math.round((values[at] ?? 0) / scale)));
    }
  }
  return quantised;
}

/** A matrix with rows and columns changed over. */
export function transposed(values: Int8Array, rows: number, columns: number): Int8Array {
  const turned = new Int8Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) turned[column * rows + row] = values[row * columns + column] ?? 0;
  return turned;
}
