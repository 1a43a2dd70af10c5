import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";

/** Replaces a file in one step: after a crash it holds the old text or the new one, on disk. Readable by its owner. */
export async function writeFileSafely(path: string, text: string): Promise<void> {
  const fresh = `${path}.new`;
  const file = await open(fresh, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
  const folder = await open(dirname(path), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
