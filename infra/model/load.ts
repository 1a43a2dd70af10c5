import { relative, resolve as resolvePath } from "node:path";
import { loadManifest } from "./load-manifest.ts";
import { ManifestInvalid } from "./manifest-error.ts";
import { resolve } from "./resolve.ts";
import type { Model } from "./types.ts";

export { ManifestInvalid } from "./manifest-error.ts";

/**
 * Loads, checks and resolves a manifest. `path` is taken from DSMIL_ROOT or the current folder; `manifest.yaml` when
 * absent. Throws `ManifestInvalid` with every mistake.
 * @param models names of the language models there are, for what is deployed; absent: not checked
 */
export function loadModel(path = "manifest.yaml", models?: readonly string[]): Model {
  const root = process.env.DSMIL_ROOT || process.cwd();
  const file = resolvePath(root, path);
  const shown = relative(process.cwd(), file);
  const manifest = loadManifest(shown === "" || shown.startsWith("..") ? file : shown, models);
  if (Array.isArray(manifest)) throw new ManifestInvalid(manifest);
  return resolve(manifest);
}
