import { readFileSync } from "node:fs";

/** A set of rows that models/data/generate.ts wrote. */
export interface Rows {
  readonly count: number;
  readonly width: number;
  readonly x: Float32Array;
  /** A column of the labels. */
  label(name: string): Float32Array;
}

export interface Meta {
  readonly features: readonly string[];
  readonly columns: readonly string[];
  readonly sha384: string;
}

export const readMeta = (folder: string): Meta => JSON.parse(readFileSync(`${folder}/meta.json`, "utf8"));

export function readRows(folder: string, name: string): Rows {
  const { features, columns } = readMeta(folder);
  const floats = (part: string): Float32Array => {
    const bytes = readFileSync(`${folder}/${name}.${part}.f32`);
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  };
  const [x, y] = [floats("x"), floats("y")];
  const count = x.length / features.length;
  const label = (column: string): Float32Array => {
    const at = columns.indexOf(column);
    return Float32Array.from({ length: count }, (_, row) => y[row * columns.length + at] ?? Number.NaN);
  };
  return { count, width: features.length, x, label };
}
