import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A version of a model as it lies in the project's models/. */
export interface ModelRelease {
  readonly name: string;
  readonly version: string;
  /** Text of model.json, whose bytes are what is signed. */
  readonly manifest: string;
  /** SHA-384 of model.json, hex. */
  readonly digest: string;
  /** Name of the file that holds it. */
  readonly file: "model.onnx" | "model.gguf";
  readonly content: Buffer;
}

/** Names of the models of this project, the folders of models/ that hold one. */
export const allModelNames = (root: string): readonly string[] => namesWith(root, "model.json");

/** Names of those that Layers 3 to 6 decide by, which are ONNX. */
export const modelNames = (root: string): readonly string[] => namesWith(root, "model.onnx");

function namesWith(root: string, file: string): readonly string[] {
  const folder = join(root, "models");
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, file)))
    .sort();
}

/**
 * Reads a model of the project.
 * @throws Error when it is not there, or not the one its model.json names
 */
export function modelRelease(root: string, name: string): ModelRelease {
  const folder = join(root, "models", name);
  if (!existsSync(join(folder, "model.json"))) {
    throw new Error(`there is no model ${name}; models/ has ${allModelNames(root).join(", ")}`);
  }
  const manifest = readFileSync(join(folder, "model.json"), "utf8");
  const { version, sha384, format } = JSON.parse(manifest) as Readonly<Record<"version" | "sha384" | "format", string>>;
  const file = format === "gguf" ? "model.gguf" : "model.onnx";
  const content = readFileSync(join(folder, file));
  if (sha384Of(content) !== sha384) {
    throw new Error(`models/${name}/${file} is not the one that model.json names; train it again or restore it`);
  }
  return { name, version, manifest, digest: sha384Of(manifest), file, content };
}

const sha384Of = (content: string | Buffer): string => createHash("sha384").update(content).digest("hex");
