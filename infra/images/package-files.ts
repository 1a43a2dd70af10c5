import { cpSync, globSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Copies files of installed npm packages to `target`, below their packages' names.
 * @param patterns globs relative to node_modules; `{arch}` stands for the processor, in npm's words
 * @param architecture the engine's, in Go's words
 * @throws Error with what to type when a pattern finds nothing
 */
export function copyPackageFiles(
  root: string,
  target: string,
  patterns: readonly string[],
  architecture: string,
): void {
  const modules = join(root, "node_modules");
  for (const pattern of patterns) {
    const wanted = pattern.replace("{arch}", architecture === "amd64" ? "x64" : architecture);
    const found = globSync(wanted, { cwd: modules }).sort();
    if (found.length === 0) {
      throw new Error(`nothing is installed at node_modules/${wanted}; install the packages with: npm ci`);
    }
    for (const path of found) {
      mkdirSync(dirname(join(target, path)), { recursive: true });
      cpSync(join(modules, path), join(target, path), { dereference: true });
    }
  }
}
