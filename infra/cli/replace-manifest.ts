import { chmodSync, copyFileSync, realpathSync, renameSync, statSync, writeFileSync } from "node:fs";

/**
 * Puts another text into a manifest's place, whole or not at all, with the mode it had; where it is a link, into the place of the
 * file that it leads to.
 * @returns where the former one is kept; undefined where there was none
 */
export function replaceManifest(path: string, text: string): string | undefined {
  const { file, mode } = present(path);
  const kept = mode === undefined ? undefined : `${file}.${new Date().toISOString().replace(/\D/g, "").slice(0, 14)}`;
  if (kept !== undefined) copyFileSync(file, kept);
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text);
  if (mode !== undefined) chmodSync(draft, mode);
  renameSync(draft, file);
  return kept;
}

/** The file itself, and its mode where it is there. */
function present(path: string): { readonly file: string; readonly mode?: number } {
  try {
    const file = realpathSync(path);
    return { file, mode: statSync(file).mode & 0o7777 };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return { file: path };
  }
}
