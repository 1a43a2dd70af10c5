import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { WordPieces } from "../../images/l7-rag/src/encoder/word-pieces.ts";
import { openOnnx } from "../../images/runtime/models/onnx-runtime.ts";
import { SENTENCES } from "./sentences.ts";

/** Numbers of a self-test's vector that model.json keeps. */
const BEGINS = 8;
const MAX_TOKENS = 256;

// node models/l7-encoder/measure.ts <model.onnx> <the same in float32> <tokenizer.json> <version>: writes model.json and
// metrics.json of this folder.
const [small = "", large = "", tokenizerPath = "", version = ""] = process.argv.slice(2);
const tokenizer = readFileSync(tokenizerPath);
const pieces = new WordPieces(tokenizer);
const [vectors, exact] = [await vectorsOf(readFileSync(small)), await vectorsOf(readFileSync(large))];
const cosines = vectors.map((vector, at) => cosine(vector, exact[at] ?? vector)).sort((a, b) => a - b);
const fact = (file: Buffer) => ({ bytes: file.length, sha384: createHash("sha384").update(file).digest("hex") });
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;
const model = {
  ...{ v: 1, name: "l7-encoder", version, format: "encoder", dimensions: 384, maxTokens: MAX_TOKENS },
  ...fact(readFileSync(small)),
  tokenizer: fact(tokenizer),
  selfTest: SENTENCES.slice(0, 3).map((text, at) => ({
    text,
    begins: [...(vectors[at] ?? [])].slice(0, BEGINS).map(rounded),
  })),
};
const [lowest = 0] = cosines;
const mean = cosines.reduce((sum, value) => sum + value, 0) / cosines.length;
const metrics = {
  sentences: SENTENCES.length,
  cosine_to_float32: { lowest: rounded(lowest), mean: rounded(mean) },
  largest_difference_of_two_cosines: rounded(furthest(vectors, exact)),
};
const write = (name: string, value: object): void =>
  writeFileSync(join(import.meta.dirname, name), `${JSON.stringify(value, null, 2)}\n`);
write("model.json", model);
write("metrics.json", metrics);

async function vectorsOf(file: Buffer): Promise<Float32Array[]> {
  const { session, Tensor } = await openOnnx(file);
  const found: Float32Array[] = [];
  for (const text of SENTENCES) {
    const ids = pieces.ids(text);
    const tensor = (values: BigInt64Array) => new Tensor("int64", values, [1, ids.length]);
    const input_ids = tensor(BigInt64Array.from(ids, BigInt));
    const { embedding } = await session.run({
      input_ids,
      attention_mask: tensor(new BigInt64Array(ids.length).fill(1n)),
    });
    found.push(embedding?.data as Float32Array);
  }
  await session.release();
  return found;
}

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}

/** How far the similarity of two sentences moves at most. */
function furthest(some: readonly Float32Array[], others: readonly Float32Array[]): number {
  let most = 0;
  for (const [i, a] of some.entries())
    for (const [j, b] of some.entries())
      most = Math.max(most, Math.abs(cosine(a, b) - cosine(others[i] ?? a, others[j] ?? b)));
  return most;
}
