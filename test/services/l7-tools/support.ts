import { resolve } from "node:path";
import { bundleChildren, childEntries } from "../../../infra/images/bundle-children.ts";

const ROOT = resolve(import.meta.dirname, "../../..");

/** Bundles the tools' programs as their image has them. */
export async function bundleTools(outdir: string): Promise<string> {
  const children = { from: "src/programs", to: "tools" };
  await bundleChildren(ROOT, childEntries({ context: `${ROOT}/images/l7-tools`, children }), outdir);
  return outdir;
}

/** Bundles tools that try to get out of the sandbox; they are never shipped. */
export async function bundleHostile(outdir: string): Promise<string> {
  const children = { from: "hostile", to: "" };
  await bundleChildren(ROOT, childEntries({ context: import.meta.dirname, children }), outdir);
  return outdir;
}
