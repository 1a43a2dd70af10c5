import { readFileSync } from "node:fs";
import { isMap, isScalar, parseDocument } from "yaml";
import { checkManifestText } from "../model/load-manifest.ts";
import { ManifestInvalid } from "../model/manifest-error.ts";
import { UserError } from "./errors.ts";
import { replaceFile } from "./replace-file.ts";

/**
 * Sets `logs.loki: true` in a manifest, and leaves every other character of it as it is: what `plan` and every later `up`
 * read is what was deployed. The file is replaced whole, or not at all.
 * @returns what was done, for people
 * @throws UserError when the text cannot be changed by so little; ManifestInvalid when it would have mistakes then
 */
export function switchOnLoki(path: string): string {
  const text = readFileSync(path, "utf8");
  const changed = withLoki(text);
  if (changed === text) return "is set";
  const checked = checkManifestText(`${path}, with logs.loki: true`, changed);
  if (Array.isArray(checked)) throw new ManifestInvalid(checked);
  replaceFile(path, changed);
  return "set";
}

function withLoki(text: string): string {
  const document = parseDocument(text);
  const logs = document.get("logs", true);
  if (document.errors.length > 0) return text; // The manifest's check tells of it.
  if (logs === undefined) return `${text.trimEnd()}\n\nlogs:\n  loki: true\n`;
  const value = isMap(logs) ? logs.get("loki", true) : undefined;
  if (isScalar(value) && value.range) {
    const [start, end] = value.range;
    return value.value === true ? text : `${text.slice(0, start)}true${text.slice(end)}`;
  }
  throw new UserError("the manifest's logs have no loki that could be set", "write loki: true below logs");
}
