import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** How a Go program for an image is built, on the machine that builds. Part of the image's tag. */
export const GO_BUILD = ["build", "-trimpath", "-mod=readonly", "-ldflags", "-s -w"] as const;

/**
 * What a Go program is made from: path below its module → text. Tests and prose are not in it; the modules it requires
 * are, by go.sum.
 */
export function goSources(root: string, module: string): ReadonlyMap<string, string> {
  const folder = join(root, module);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(isSource).sort();
  return new Map(files.map((file) => [file, readFileSync(join(folder, file), "utf8")]));
}

function isSource(file: string): boolean {
  return /(^|\/)([^/]+\.go|go\.mod|go\.sum)$/.test(file) && !file.endsWith("_test.go");
}
