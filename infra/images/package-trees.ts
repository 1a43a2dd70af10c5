import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Lockfile, lockedPackages } from "./locked-packages.ts";

/** What no program loads: types, maps, prose, sources of native parts, and what would build or fetch these. */
const LEFT_OUT =
  /(\.d\.[cm]?ts|\.map|\.md|\.bundle|\.patch|\/(addon|cmake|patches|profiles|toolchains|xpack|templates|test|tests))$/;

/**
 * Copies installed npm packages, with all that they need, to `target` as they lie in node_modules. Of packages for one
 * processor only those for `architecture` (in Go's words) come along.
 * @throws Error with what to type when a package is not installed
 */
export function copyPackageTrees(root: string, target: string, names: readonly string[], architecture: string): void {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as Lockfile;
  for (const line of lockedPackages(lock, names)) {
    const place = line.slice(0, line.lastIndexOf("@", line.lastIndexOf(" ")));
    if (isForeign(place, architecture)) continue;
    const source = join(root, place);
    try {
      cpSync(source, join(target, place.replace(/^node_modules\//, "")), {
        recursive: true,
        dereference: true,
        // Packages inside of it have lines of their own.
        filter: (path) => !LEFT_OUT.test(path) && !path.slice(source.length).includes("/node_modules/"),
      });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ENOENT") throw error;
      // Optional ones are only installed where they work.
      if (!lock.packages[place]?.optional) throw new Error(`${place} is not installed; install it with: npm ci`);
    }
  }
}

const PLATFORM = /-(?:linux|darwin|win32|windows|mac|win|freebsd|android)|\/(?:linux|mac|win)-/;

function isForeign(place: string, architecture: string): boolean {
  const own = architecture === "amd64" ? "x64" : architecture;
  if (!PLATFORM.test(place)) return false;
  return !new RegExp(`linux-${own}(-gnu)?$`).test(place);
}
