import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { encoderGraph, type Weights } from "./encoder-graph.ts";
import { tensorsIn } from "./safetensors.ts";

/** SHA-256 of the weights that sentence-transformers/all-MiniLM-L6-v2 published; no other file is converted. */
const ORIGINAL = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db";

// node models/l7-encoder/convert.ts <model.safetensors> <model.onnx> [int8|float32]
const [source, target, weights = "int8"] = process.argv.slice(2);
if (!source || !target || !["int8", "float32"].includes(weights)) {
  console.error("usage: convert.ts <model.safetensors> <model.onnx> [int8|float32]");
  process.exit(64);
}
const original = readFileSync(source);
const found = createHash("sha256").update(original).digest("hex");
if (found !== ORIGINAL) {
  console.error(`${source} is not the published model (SHA-256 ${found})`);
  process.exit(1);
}
writeFileSync(target, encoderGraph(tensorsIn(original), weights as Weights));
