import { chmodSync, realpathSync, renameSync, statSync, writeFileSync } from "node:fs";

/**
 * Puts another text into a file's place, whole or not at all, with the mode it had; where it is a link, into the place of the file
 * that it leads to. One that is not there is made.
 */
export function replaceFile(path: string, text: string): void {
  const { file, mode } = present(path);
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, text, mode === undefined ? {} : { mode });
  // What the umask took away.
  if (mode !== undefined) chmodSync(draft, mode);
  renameSync(draft, file);
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
