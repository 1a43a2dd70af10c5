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
  readonly onnx: Buffer;
}

/** Names of the models of this project, the folders of models/ that hold one. */
export function modelNames(root: string): readonly string[] {
  const folder = join(root, "models");
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, "model.json")))
    .sort();
}

/**
 * Reads a model of the project.
 * @throws Error when it is not there, or not the one its model.json names
 */
export function modelRelease(root: string, name: string): ModelRelease {
  const folder = join(root, "models", name);
  if (!existsSync(join(folder, "model.json"))) {
    throw new Error(`there is no model ${name}; models/ has ${modelNames(root).join(", ")}`);
  }
  const manifest = readFileSync(join(folder, "model.json"), "utf8");
  const onnx = readFileSync(join(folder, "model.onnx"));
  const { version, sha384 } = JSON.parse(manifest) as { readonly version: string; readonly sha384: string };
  if (sha384Of(onnx) !== sha384) {
    throw new Error(`models/${name}/model.onnx is not the one that model.json names; train it again or restore it`);
  }
  return { name, version, manifest, digest: sha384Of(manifest), onnx };
}

const sha384Of = (content: string | Buffer): string => createHash("sha384").update(content).digest("hex");
