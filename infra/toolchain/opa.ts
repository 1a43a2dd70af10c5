import { ensureGoTool, type GoTool, goToolKey } from "./go-tool.ts";
import type { ToolchainOptions } from "./options.ts";
import { toolPaths } from "./paths.ts";

const opa = (root: string): GoTool => ({
  id: "opa",
  title: "Open Policy Agent",
  package: "github.com/open-policy-agent/opa",
  folder: toolPaths(root).opa,
});

/** A key of everything that decides what our Open Policy Agent is, 64 hex digits. */
export const opaKey = (root: string): string => goToolKey(root, opa(root));

/**
 * The Open Policy Agent that tests, checks and compiles the tenants' policies: exactly the version that
 * infra/toolchain/opa pins, since another one compiles another module. Built from Go modules where it is not there yet,
 * in one to three minutes.
 * @returns the path of the program
 * @throws ToolchainError where it cannot be built, with the compiler's words and a remedy
 */
export const ensureOpa = (options: ToolchainOptions): Promise<string> => ensureGoTool(opa(options.root), options);
