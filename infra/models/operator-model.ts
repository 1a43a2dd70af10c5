import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { OneFileModel } from "./model-release.ts";

/** Where an operator's own models lie, below the project folder and outside of git: `<name>/<version>/`. */
export const OPERATOR_MODELS = ".dsmil/models";
export const MODEL_NAME = /^[a-z][a-z0-9-]{0,39}$/;
export const MODEL_VERSION = /^(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})$/;

/** A language model that an operator registered; its file is never read whole into memory. */
export interface OperatorModel extends OneFileModel {
  readonly file: "model.gguf";
}

/** Names of the models that operators registered. */
export const operatorModelNames = (root: string): readonly string[] =>
  foldersIn(join(root, OPERATOR_MODELS), MODEL_NAME).filter((name) => operatorModel(root, name) !== undefined);

/** The highest version of an operator's model. */
export const operatorModel = (root: string, name: string): OperatorModel | undefined => operatorVersions(root, name)[0];

/**
 * The versions of an operator's model, highest first; none where there is no such model.
 * @throws Error when a model.json is not what `bin/dsmil model sign` writes
 */
export function operatorVersions(root: string, name: string): readonly OperatorModel[] {
  return foldersIn(join(root, OPERATOR_MODELS, name), MODEL_VERSION)
    .filter((version) => existsSync(join(root, OPERATOR_MODELS, name, version, "model.json")))
    .sort((a, b) => compare(b, a))
    .map((version) => read(root, name, version));
}

function read(root: string, name: string, version: string): OperatorModel {
  const folder = `${OPERATOR_MODELS}/${name}/${version}`;
  const manifest = readFileSync(join(root, folder, "model.json"), "utf8");
  const digest = createHash("sha384").update(manifest).digest("hex");
  const { bytes, sha384, ...named } = factsIn(manifest);
  const good = named.name === name && named.version === version && named.format === "gguf";
  if (!good || !Number.isSafeInteger(bytes) || typeof sha384 !== "string" || !/^[0-9a-f]{96}$/.test(sha384)) {
    throw new Error(`${folder}/model.json is not as it was written: remove ${folder} and sign the model again`);
  }
  const file = "model.gguf";
  return { name, version, manifest, digest, file, source: `${folder}/${file}`, bytes: Number(bytes), sha384 };
}

function factsIn(text: string): Readonly<Record<string, unknown>> {
  try {
    return (JSON.parse(text) ?? {}) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

function foldersIn(path: string, pattern: RegExp): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && pattern.test(entry.name))
    .map(({ name }) => name)
    .sort();
}

function compare(a: string, b: string): number {
  const [left, right] = [a.split(".").map(Number), b.split(".").map(Number)];
  return left.map((part, i) => part - (right[i] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
