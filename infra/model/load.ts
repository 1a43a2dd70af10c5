import { relative, resolve as resolvePath } from "node:path";
import { checkSource } from "./load-manifest.ts";
import { ManifestInvalid } from "./manifest-error.ts";
import { resolve } from "./resolve.ts";
import { readSource } from "./source.ts";
import type { Model } from "./types.ts";

export { ManifestInvalid } from "./manifest-error.ts";

/** A model, and the very text that it was resolved from. */
export interface LoadedModel {
  readonly model: Model;
  readonly text: string;
}

/**
 * Loads, checks and resolves a manifest. `path` is taken from DSMIL_ROOT or the current folder; `manifest.yaml` when
 * absent. Throws `ManifestInvalid` with every mistake.
 * @param models names of the language models there are, for what is deployed; absent: not checked
 */
export function loadModel(path?: string, models?: readonly string[]): Model {
  return loadWithText(path, models).model;
}

/** The same, with the text: the file is read once. */
export function loadWithText(path = "manifest.yaml", models?: readonly string[]): LoadedModel {
  const root = process.env.DSMIL_ROOT || process.cwd();
  const file = resolvePath(root, path);
  const shown = relative(process.cwd(), file);
  const source = readSource(shown === "" || shown.startsWith("..") ? file : shown);
  if (Array.isArray(source)) throw new ManifestInvalid(source);
  const manifest = checkSource(source, models);
  if (Array.isArray(manifest)) throw new ManifestInvalid(manifest);
  return { model: resolve(manifest), text: source.text };
}
