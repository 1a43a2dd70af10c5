import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";

/** A set of rows: which random numbers made it. */
export interface SetFacts {
  readonly name: string;
  readonly count: number;
  readonly seed: number;
}

/** Writes sets of rows as float32 for train.py, and meta.json with the names of their columns and the digest of all. */
export class RowsWriter {
  private readonly folder: string;
  private readonly features: readonly string[];
  private readonly columns: readonly string[];
  private readonly more: Readonly<Record<string, unknown>>;
  private readonly digest = createHash("sha384");
  private readonly sets: Record<string, { count: number; seed: number }> = {};
  private name = "";
  private x = new Float32Array();
  private y = new Float32Array();
  private at = 0;

  constructor(folder: string, features: readonly string[], columns: readonly string[], more = {}) {
    mkdirSync(folder, { recursive: true });
    this.folder = folder;
    this.features = features;
    this.columns = columns;
    this.more = more;
  }

  begin({ name, count, seed }: SetFacts): void {
    this.name = name;
    this.sets[name] = { count, seed };
    this.x = new Float32Array(count * this.features.length);
    this.y = new Float32Array(count * this.columns.length);
    this.at = 0;
  }

  row(put: (out: Float32Array, offset: number) => void, labels: readonly number[]): void {
    put(this.x, this.at * this.features.length);
    this.y.set(labels, this.at * this.columns.length);
    this.at += 1;
  }

  end(): void {
    for (const [part, values] of [
      ["x", this.x],
      ["y", this.y],
    ] as const) {
      const bytes = Buffer.from(values.buffer);
      this.digest.update(bytes);
      writeFileSync(`${this.folder}/${this.name}.${part}.f32`, bytes);
    }
  }

  /** @returns hex of the SHA-384 over all sets */
  finish(): string {
    const sha384 = this.digest.digest("hex");
    const meta = { features: this.features, columns: this.columns, ...this.more, sets: this.sets, sha384 };
    writeFileSync(`${this.folder}/meta.json`, JSON.stringify(meta));
    return sha384;
  }
}
