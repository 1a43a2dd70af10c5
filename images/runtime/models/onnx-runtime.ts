import type { InferenceSession, Tensor } from "onnxruntime-node";

/** A session, and what makes its tensors. */
export interface OnnxRuntime {
  readonly session: InferenceSession;
  readonly Tensor: typeof Tensor;
}

/** One thread each: a service has one core, and its models take little time. */
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
 * Opens an ONNX file with onnxruntime-node. The package is loaded with the first model: a service without it, or without
 * its native library, works on without a model.
 * @throws Error saying that the runtime is not there, or what it does not like about the model
 */
export async function openOnnx(content: Buffer): Promise<OnnxRuntime> {
  // The pinned version has no telemetry in it; a later one would report to its maker, and must be told before it loads.
  process.env.ORT_DISABLE_TELEMETRY = "1";
  process.env.ORT_TELEMETRY_DISABLED = "1";
  const { InferenceSession, Tensor } = await import("onnxruntime-node").catch((error: Error) => {
    throw new Error(`onnxruntime-node cannot be loaded: ${error.message.split("\n")[0]}`);
  });
  return { session: await InferenceSession.create(content, OPTIONS), Tensor };
}
