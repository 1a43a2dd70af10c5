import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { toolPaths } from "./paths.ts";

/**
 * Deletes old logs of our own Pulumi, which writes one per command. The newest `keep` stay, for support.
 *
 * @returns how many were deleted
 */
export function pruneLogs(root: string, keep = 20): number {
  const folder = join(toolPaths(root).home, "logs");
  const logs = names(folder)
    .map((name) => ({ path: join(folder, name), info: statSync(join(folder, name), { throwIfNoEntry: false }) }))
    .filter(({ info }) => info?.isFile())
    .sort((a, b) => (b.info?.mtimeMs ?? 0) - (a.info?.mtimeMs ?? 0));
  const old = logs.slice(keep);
  for (const { path } of old) rmSync(path, { force: true });
  return old.length;
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // no command has run yet
  }
}
