import { readdir } from "node:fs/promises";
import { readBounded } from "../../../runtime/watch/bounded-file.ts";
import type { Texts } from "../../../runtime/watch/watched.ts";

/**
 * Texts of the files in `dir`, by the part of their name that `pattern` captures; other names are left alone.
 * @param inside where the names are those of folders: the file in each, `/policy.json`
 * @throws Error when the folder cannot be read
 */
export async function listFiles(dir: string, pattern: RegExp, limit: number, inside = ""): Promise<Texts> {
  const texts = new Map<string, string | Error>();
  for (const name of (await readdir(dir)).sort()) {
    const id = pattern.exec(name)?.[1];
    if (id === undefined) continue;
    const text = await readBounded(`${dir}/${name}${inside}`, limit).catch((error: Error) => error);
    if (text !== undefined) texts.set(id, text);
  }
  return texts;
}
