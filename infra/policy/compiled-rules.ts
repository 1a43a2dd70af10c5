import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { rulesKey } from "./sources.ts";

/** The tenants' rules as one module, the same for all of them. */
export interface CompiledRules {
  readonly wasm: Buffer;
  /** SHA-384, hex. */
  readonly digest: string;
  /** Name of the module's file on a node. */
  readonly fileName: string;
}

/** Where the module of these sources is, or will be. */
export const compiledRulesFile = (root: string): string =>
  join(root, ".dsmil/cache/policies", `${rulesKey(root)}.wasm`);

/**
 * The rules as `compileRules` left them, for a program that cannot wait.
 * @throws Error with a remedy where they are not compiled
 */
export function compiledRules(root: string): CompiledRules {
  const file = compiledRulesFile(root);
  if (!existsSync(file)) {
    throw new Error("the tenants' policies are not compiled on this machine\n  remedy: run `bin/dsmil policy compile`");
  }
  const wasm = readFileSync(file);
  const digest = createHash("sha384").update(wasm).digest("hex");
  return { wasm, digest, fileName: `${digest.slice(0, 32)}.wasm` };
}
