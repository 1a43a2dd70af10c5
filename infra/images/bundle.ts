import { join } from "node:path";
import { BUNDLE_OPTIONS } from "./bundle-options.ts";

/**
 * Bundles a service's program and everything it imports into one file.
 * @throws Error with file, line and message of what does not compile or resolve.
 */
export async function bundleService(root: string, context: string, outfile: string): Promise<void> {
  // Loaded on demand: a preview needs tags, never a bundler.
  const { build, formatMessages } = await import("esbuild");
  const options = { ...BUNDLE_OPTIONS, external: [...BUNDLE_OPTIONS.external] };
  try {
    await build({
      ...options,
      absWorkingDir: root,
      entryPoints: [join(context, "src/main.ts")],
      outfile,
      logLevel: "silent",
    });
  } catch (error) {
    const errors = (error as { errors?: Parameters<typeof formatMessages>[0] }).errors;
    if (errors === undefined) throw error;
    const said = await formatMessages(errors, { kind: "error", color: false });
    throw new Error(`cannot bundle ${context}/src/main.ts:\n${said.join("").trimEnd()}`, { cause: error });
  }
}
