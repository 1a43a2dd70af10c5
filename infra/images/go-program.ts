import { join } from "node:path";
import type { BuildContext } from "./build-context.ts";
import { GO_BUILD } from "./go-sources.ts";
import { runProcess } from "./process.ts";

/**
 * Builds a module's program for the engine's processor into `outfile`, without C.
 * @param module its folder, relative to the project's
 * @param pkg package that is built; default the module's own
 * @throws ToolchainError where no Go can be had, ProcessError with the compiler's words
 */
export async function buildGoProgram(
  { root, architecture, signal, progress }: Pick<BuildContext, "root" | "architecture" | "signal" | "progress">,
  module: string,
  outfile: string,
  pkg = ".",
): Promise<void> {
  // Loaded on demand: a preview needs tags, never a compiler.
  const { findGo } = await import("../toolchain/go.ts");
  const go = await findGo({ root, progress, ...(signal && { signal }) });
  const env = { CGO_ENABLED: "0", GOOS: "linux", GOARCH: architecture, GOWORK: "off", GOFLAGS: "-buildvcs=false" };
  progress("compiling");
  const [build, ...flags] = GO_BUILD;
  await runProcess([go.path, build, "-C", join(root, module), ...flags, "-o", outfile, pkg], {
    env: { ...go.env, ...env },
    signal,
    onLine: progress,
  });
}
