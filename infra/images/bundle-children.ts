import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { ImageEntry } from "./catalogue.ts";

/** How esbuild makes one of them: they are plain modules of ours, which find nothing to load at run time. */
export const CHILD_OPTIONS = {
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node24",
  legalComments: "none",
} as const;

/** Source files of an image's further programs, absolute, sorted. */
export function childEntries({ context, children }: Pick<ImageEntry, "context" | "children">): string[] {
  if (children === undefined) return [];
  const folder = join(context, children.from);
  return readdirSync(folder)
    .filter((name) => name.endsWith(".ts"))
    .sort()
    .map((name) => join(folder, name));
}

/**
 * Bundles each of an image's further programs into a file of its own.
 * @param outdir absolute
 * @throws Error of the bundler
 */
export async function bundleChildren(root: string, entryPoints: readonly string[], outdir: string): Promise<void> {
  if (entryPoints.length === 0) return;
  const { build } = await import("esbuild");
  await build({ ...CHILD_OPTIONS, absWorkingDir: root, entryPoints: [...entryPoints], outdir, logLevel: "silent" });
}
