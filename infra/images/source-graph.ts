import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";

/** What a program is made from. */
export interface SourceGraph {
  /** Absolute path → text of every module of ours. */
  readonly files: ReadonlyMap<string, string>;
  /** npm packages that these import directly, sorted. */
  readonly packages: readonly string[];
}

const IMPORT =
  /\b(?:import|export)\s+(type\s)?(?:[^"';]*?\sfrom\s*)?["']([^"'\n]+)["']|\bimport\s*\(\s*["']([^"'\n]+)["']/g;

/**
 * The modules that `entry` reaches by its import statements. Type-only imports leave nothing in a bundle and are not
 * followed; a file that is not there is left for the bundler to complain about. `texts` keeps what was read, for several
 * graphs over shared modules.
 */
export function sourceGraph(entry: string, texts: Map<string, string | undefined> = new Map()): SourceGraph {
  const files = new Map<string, string>();
  const packages = new Set<string>();
  const waiting = [entry];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (files.has(path)) continue;
    const text = textOf(path, texts);
    if (text === undefined) continue;
    files.set(path, text);
    for (const [, typeOnly, statement, call] of text.matchAll(IMPORT)) {
      const target = statement ?? call ?? "";
      if (typeOnly !== undefined || isBuiltin(target)) continue;
      if (target.startsWith(".")) waiting.push(join(dirname(path), target));
      else packages.add(packageOf(target));
    }
  }
  return { files, packages: [...packages].sort() };
}

function textOf(path: string, texts: Map<string, string | undefined>): string | undefined {
  if (!texts.has(path)) {
    try {
      texts.set(path, readFileSync(path, "utf8"));
    } catch {
      texts.set(path, undefined);
    }
  }
  return texts.get(path);
}

/** `@scope/name/deep/file.js` → `@scope/name` */
function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
