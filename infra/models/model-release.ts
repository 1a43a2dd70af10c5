import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A version of a model, as its model.json in the project's models/ names it. */
export interface ModelVersion {
  readonly name: string;
  readonly version: string;
  /** Text of model.json, whose bytes are what is signed. */
  readonly manifest: string;
  /** SHA-384 of model.json, hex. */
  readonly digest: string;
}

/** A version whose model is one file. */
export interface OneFileModel extends ModelVersion {
  /** Name of the file beside model.json. */
  readonly file: "model.onnx" | "model.gguf";
  /** The file, relative to the project folder. */
  readonly source: string;
  /** Size of the file, and its SHA-384 in hex, as model.json names them. */
  readonly bytes: number;
  readonly sha384: string;
}

/** A version of a model that lies in the project's models/. */
export interface ModelRelease extends OneFileModel {
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
 * What a model's model.json says, whether or not the model itself lies here.
 * @throws Error when there is none
 */
export function modelVersion(root: string, name: string): ModelVersion {
  const path = join(root, "models", name, "model.json");
  if (!existsSync(path)) throw new Error(`there is no model ${name}; models/ has ${allModelNames(root).join(", ")}`);
  const manifest = readFileSync(path, "utf8");
  const { version } = JSON.parse(manifest) as { readonly version: string };
  return { name, version, manifest, digest: sha384Of(manifest) };
}

/**
 * Reads a model of the project.
 * @throws Error when it is not there, or not the one its model.json names
 */
export function modelRelease(root: string, name: string): ModelRelease {
  const found = modelVersion(root, name);
  const { sha384, format } = JSON.parse(found.manifest) as Readonly<Record<"sha384" | "format", string>>;
  const file = format === "gguf" ? "model.gguf" : "model.onnx";
  const source = `models/${name}/${file}`;
  const content = readFileSync(join(root, source));
  if (sha384Of(content) !== sha384) {
    throw new Error(`${source} is not the one that model.json names; train it again or restore it`);
  }
  return { ...found, file, source, bytes: content.length, sha384, content };
}

const sha384Of = (content: string | Buffer): string => createHash("sha384").update(content).digest("hex");
