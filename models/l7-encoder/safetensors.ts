/** A tensor of 32-bit numbers. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/**
 * The tensors of a safetensors file by name: 8 bytes of length, a header in JSON, the numbers.
 * @throws Error when there is no such tensor, or not of 32-bit numbers
 */
export function tensorsIn(file: Buffer): (name: string) => Tensor {
  const length = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString("utf8", 8, 8 + length)) as Readonly<Record<string, Entry>>;
  return (name) => {
    const {
      dtype,
      shape,
      data_offsets: [from, to],
    } = header[name] ?? { shape: [], data_offsets: [0, 0] as const };
    if (dtype !== "F32") throw new Error(`there is no tensor ${name} of F32 in it`);
    // Copied: 32-bit numbers must begin at a multiple of four.
    const bytes = Uint8Array.from(file.subarray(8 + length + from, 8 + length + to));
    return { shape, values: new Float32Array(bytes.buffer) };
  };
}
