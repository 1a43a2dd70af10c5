import type { ModelManifest } from "./manifest.ts";
import { openOnnx } from "./onnx-runtime.ts";

/** Something that answers rows of features with rows of outputs. */
export interface Session {
  /** @param rows `count` rows, one after the other */
  run(rows: Float32Array, count: number): Promise<Float32Array>;
  release(): Promise<void>;
}

/** Makes a session of a proven model. */
export type OpenSession = (content: Buffer, manifest: ModelManifest) => Promise<Session>;

/**
 * A session of onnxruntime-node.
 * @throws Error saying that the runtime is not there, or what it does not like about the model
 */
export const openOnnxSession: OpenSession = async (content, manifest) => {
  const { session, Tensor } = await openOnnx(content);
  if (session.inputNames.join() !== "features" || session.outputNames.join() !== manifest.output) {
    await session.release();
    throw new Error(`the model has no input features, or no output ${manifest.output}`);
  }
  return {
    run: async (rows, count) => {
      const features = new Tensor("float32", rows, [count, rows.length / count]);
      const { [manifest.output]: output } = await session.run({ features });
      if (!(output?.data instanceof Float32Array)) throw new Error("the model's output is not float32");
      return output.data;
    },
    release: () => session.release(),
  };
};
