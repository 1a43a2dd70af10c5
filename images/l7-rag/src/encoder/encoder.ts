import { DIMENSIONS } from "../../../runtime/l7/rag/limits.ts";
import { SELF_TEST_TOLERANCE } from "../../../runtime/models/manifest.ts";
import { type OnnxRuntime, openOnnx } from "../../../runtime/models/onnx-runtime.ts";
import type { EncoderManifest } from "./encoder-manifest.ts";
import type { ProvenEncoder } from "./find-encoder.ts";
import { WordPieces } from "./word-pieces.ts";

/** A text's vector, at length 1. */
export type Vector = Float32Array;

/** A sentence encoder that answers. A text is encoded by itself, so its vector depends on nothing else. */
export class Encoder {
  readonly manifest: EncoderManifest;
  readonly pieces: WordPieces;
  private readonly runtime: OnnxRuntime;

  private constructor(manifest: EncoderManifest, pieces: WordPieces, runtime: OnnxRuntime) {
    this.manifest = manifest;
    this.pieces = pieces;
    this.runtime = runtime;
  }

  /**
   * Loads a proven encoder and runs its self-test.
   * @throws Error with what is wrong
   */
  static async load({ manifest, model, tokenizer }: ProvenEncoder): Promise<Encoder> {
    const encoder = new Encoder(manifest, new WordPieces(tokenizer), await openOnnx(model));
    try {
      await encoder.prove();
      return encoder;
    } catch (error) {
      await encoder.release();
      throw error;
    }
  }

  /**
   * The vector of a text's ids: the mean of what the network makes of each.
   * @throws Error when there are too many, or the answer is no vector
   */
  async encode(ids: readonly number[]): Promise<Vector> {
    const { session, Tensor } = this.runtime;
    const { maxTokens } = this.manifest;
    if (ids.length < 1 || ids.length > maxTokens) throw new Error(`${ids.length} tokens; 1 to ${maxTokens} are taken`);
    const shape = [1, ids.length];
    const { embedding } = await session.run({
      input_ids: new Tensor("int64", BigInt64Array.from(ids, BigInt), shape),
      attention_mask: new Tensor("int64", new BigInt64Array(ids.length).fill(1n), shape),
    });
    const data = embedding?.data;
    if (data instanceof Float32Array && data.length === DIMENSIONS && data.every(Number.isFinite)) return data;
    throw new Error("the model's answer is no vector");
  }

  async release(): Promise<void> {
    await this.runtime.session.release();
  }

  private async prove(): Promise<void> {
    for (const { text, begins } of this.manifest.selfTest) {
      const vector = await this.encode(this.pieces.ids(text));
      const far = begins.some((value, at) => Math.abs(value - (vector[at] ?? Number.NaN)) > SELF_TEST_TOLERANCE);
      if (far) throw new Error("the model's self-test gives other answers");
    }
  }
}
