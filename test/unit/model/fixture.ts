import { readFileSync } from "node:fs";
import { checkManifestText } from "../../../infra/model/load-manifest.ts";
import { ManifestInvalid } from "../../../infra/model/manifest-error.ts";
import { resolve } from "../../../infra/model/resolve.ts";
import type { Model } from "../../../infra/model/types.ts";

/** A small manifest without a mistake; tests change one thing of it. */
export const GOOD: string = readFileSync(new URL("good.yaml", import.meta.url), "utf8");

/** Replaces a text that stands exactly once in `from`. */
export function edit(from: string, find: string, replacement: string): string {
  if (from.split(find).length !== 2) throw new Error(`expected exactly one ${JSON.stringify(find)} in the manifest`);
  return from.replace(find, () => replacement);
}

/** Resolves a text that must be without a mistake. */
export function modelOf(text: string): Model {
  const manifest = checkManifestText("manifest.yaml", text);
  if (Array.isArray(manifest)) throw new ManifestInvalid(manifest);
  return resolve(manifest);
}

/** One tenant's block. */
export function tenantBlock(id: string): string {
  return `\n  - id: ${id}\n    roe_level: SOC_ASSIST\n    actions: [BLOCK_IP]\n    compartments: [SOC]\n`;
}
