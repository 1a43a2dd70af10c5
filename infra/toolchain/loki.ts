import { resolve } from "node:path";
import { ensureGoTool, type GoTool, goToolPath } from "./go-tool.ts";
import type { ToolchainOptions } from "./options.ts";
import { toolPaths } from "./paths.ts";

const loki = (root: string): GoTool => ({
  id: "loki",
  title: "Loki",
  package: "github.com/grafana/loki/v3/cmd/loki",
  folder: toolPaths(root).loki,
});

/** Where the Loki of this machine is, which tests run, once it is built; images have one of their own. */
export const lokiPath = (root: string): string => goToolPath(root, loki(root));

/**
 * Loki for this machine, built where it is not there yet: some ten minutes on two cores. `node infra/toolchain/loki.ts`
 * does it.
 * @throws ToolchainError where it cannot be built
 */
export const ensureLoki = (options: ToolchainOptions): Promise<string> => ensureGoTool(loki(options.root), options);

if (import.meta.main) {
  const progress = (message: string): void => void process.stderr.write(`… ${message}\n`);
  process.stdout.write(`${await ensureLoki({ root: resolve(import.meta.dirname, "../.."), progress })}\n`);
}
