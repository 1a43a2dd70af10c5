import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Names that never reach an image: prose, editors' and interpreters' leftovers. */
const LEFT_OUT = /(\.md|\.pyc|\.swp|~|^__pycache__|^\.DS_Store|^\.git)$/;

/**
 * Files of an image's context, relative to it, sorted. The tag is made from exactly these files and exactly these are
 * sent to the engine. `src` holds what a service's bundle is made from, which is tracked by its imports instead.
 */
export function contextFiles(context: string, skipSource: boolean): string[] {
  const found: string[] = [];
  const walk = (folder: string): void => {
    for (const item of readdirSync(join(context, folder), { withFileTypes: true })) {
      const path = folder === "" ? item.name : `${folder}/${item.name}`;
      if (LEFT_OUT.test(item.name) || (skipSource && path === "src")) continue;
      if (item.isDirectory()) walk(path);
      else if (item.isFile()) found.push(path);
    }
  };
  walk("");
  return found.sort();
}
