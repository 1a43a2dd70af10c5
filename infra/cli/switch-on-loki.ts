import { readFileSync, writeFileSync } from "node:fs";
import { isMap, isScalar, parseDocument } from "yaml";
import { UserError } from "./errors.ts";

/**
 * Sets `logs.loki: true` in a manifest, and leaves every other character of it as it is: what `plan` and every later `up`
 * read is what was deployed.
 * @returns what was done, for people
 * @throws UserError when the text cannot be changed by so little
 */
export function switchOnLoki(path: string): string {
  const text = readFileSync(path, "utf8");
  const changed = withLoki(text);
  if (changed === text) return "is set";
  writeFileSync(path, changed);
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
