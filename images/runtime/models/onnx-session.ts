import type { ModelManifest } from "./manifest.ts";

/** Something that answers rows of features with rows of outputs. */
export interface Session {
  /** @param rows `count` rows, one after the other */
  run(rows: Float32Array, count: number): Promise<Float32Array>;
  release(): Promise<void>;
}

/** Makes a session of a proven model. */
export type OpenSession = (content: Buffer, manifest: ModelManifest) => Promise<Session>;

/** One thread each: a service has one core, and its models take microseconds. */
const OPTIONS = {
  executionProviders: ["cpu"],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: "sequential",
  graphOptimizationLevel: "all",
  enableCpuMemArena: false,
  logSeverityLevel: 3,
} as const;

/**
 * A session of onnxruntime-node. The package is loaded with the first model: a service without it, or without its native
 * library, works on by rules.
 * @throws Error saying that the runtime is not there, or what it does not like about the model
 */
export const openOnnxSession: OpenSession = async (content, manifest) => {
  // The pinned version has no telemetry in it; a later one would report to its maker, and must be told before it loads.
  process.env.ORT_DISABLE_TELEMETRY = "1";
  process.env.ORT_TELEMETRY_DISABLED = "1";
  const { InferenceSession, Tensor } = await import("onnxruntime-node").catch((error: Error) => {
    throw new Error(`onnxruntime-node cannot be loaded: ${error.message.split("\n")[0]}`);
  });
  const session = await InferenceSession.create(content, OPTIONS);
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
