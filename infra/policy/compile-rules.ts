import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { command } from "../toolchain/command.ts";
import { ensureOpa } from "../toolchain/opa.ts";
import type { ToolchainOptions } from "../toolchain/options.ts";
import { ToolchainError } from "../toolchain/toolchain-error.ts";
import { fileInArchive } from "./archive.ts";
import { type CompiledRules, compiledRules, compiledRulesFile } from "./compiled-rules.ts";
import { BUILD_FLAGS, RULES_FOLDER } from "./sources.ts";

/** Modules kept for manifests that go back to earlier rules. */
const KEPT = 8;

/**
 * The tenants' rules as a WebAssembly module; compiled where these sources never were on this machine.
 * @throws ToolchainError with the compiler's words
 */
export async function compileRules(options: ToolchainOptions): Promise<CompiledRules> {
  const target = compiledRulesFile(options.root);
  if (!existsSync(target)) await compile(target, options);
  return compiledRules(options.root);
}

async function compile(target: string, options: ToolchainOptions): Promise<void> {
  const opa = await ensureOpa(options);
  const cache = dirname(target);
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "build-"));
  try {
    options.progress?.("compile policies");
    const archive = join(folder, "bundle.tar.gz");
    const argv = [opa, ...BUILD_FLAGS, "--output", archive, basename(RULES_FOLDER)] as const;
    // From the folder above, by a relative name: paths are part of the module.
    const run = await command(argv, { cwd: join(options.root, dirname(RULES_FOLDER)), signal: options.signal });
    if (run.code !== 0) throw new ToolchainError(`the tenants' policies do not compile:\n${run.tail}`);
    const wasm = fileInArchive(readFileSync(archive), "/policy.wasm");
    if (wasm === undefined) throw new ToolchainError("opa build made no policy.wasm");
    const fresh = join(folder, "policy.wasm");
    writeFileSync(fresh, wasm);
    renameSync(fresh, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  prune(cache, basename(target));
}

function prune(cache: string, current: string): void {
  const others = readdirSync(cache).filter((name) => name.endsWith(".wasm") && name !== current);
  const newestFirst = others
    .map((name) => ({ name, made: statSync(join(cache, name)).mtimeMs }))
    .sort((a, b) => b.made - a.made);
  for (const { name } of newestFirst.slice(KEPT)) rmSync(join(cache, name), { force: true });
}
