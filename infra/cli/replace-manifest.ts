import { copyFileSync, existsSync, realpathSync } from "node:fs";
import { replaceFile } from "./replace-file.ts";

/**
 * Puts another text into a manifest's place and keeps the former one beside it.
 * @returns where the former one is kept; undefined where there was none
 */
export function replaceManifest(path: string, text: string): string | undefined {
  const kept = existsSync(path)
    ? `${realpathSync(path)}.${new Date().toISOString().replace(/\D/g, "").slice(0, 14)}`
    : undefined;
  if (kept !== undefined) copyFileSync(path, kept);
  replaceFile(path, text);
  return kept;
}
