import { crossCheck } from "./check/cross-check.ts";
import { checkModels } from "./check/models.ts";
import type { Manifest } from "./manifest.ts";
import type { ManifestError } from "./manifest-error.ts";
import { checkSchema } from "./schema-check.ts";
import { type ManifestSource, parseSource, readSource } from "./source.ts";

/**
 * Reads and checks a manifest: YAML, schema, then the checks across its parts. Every mistake is reported, in the
 * order of the text; with none, the manifest comes back with its defaults filled in.
 * @param models names of the language models there are; absent: whether they are is not checked
 */
export function loadManifest(file: string, models?: readonly string[]): Manifest | ManifestError[] {
  return checkSource(readSource(file), models);
}

/** The same for a text at hand; `file` is only for messages. */
export function checkManifestText(file: string, text: string, models?: readonly string[]): Manifest | ManifestError[] {
  return checkSource(parseSource(file, text), models);
}

/** The same for a source that was read. */
export function checkSource(
  source: ManifestSource | ManifestError[],
  models: readonly string[] | undefined,
): Manifest | ManifestError[] {
  if (Array.isArray(source)) return source;
  const { findings, sound } = checkSchema(source.data);
  const all = [...findings, ...crossCheck(sound), ...(models ? checkModels(sound, models) : [])];
  if (all.length === 0) return sound as Manifest;
  return all
    .map(source.locate)
    .sort((a, b) => a.line - b.line || a.column - b.column || (a.message < b.message ? -1 : 1));
}
