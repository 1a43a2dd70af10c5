import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { command } from "./command.ts";
import { findGo } from "./go.ts";
import type { ToolchainOptions } from "./options.ts";
import { toolPaths } from "./paths.ts";
import { ToolchainError } from "./toolchain-error.ts";

const PACKAGE = "github.com/open-policy-agent/opa";
const FLAGS = ["-trimpath", "-mod=readonly", "-ldflags", "-s -w"] as const;

/**
 * A key of everything that decides what our Open Policy Agent is: go.mod and go.sum, flags, the kind of machine. 64 hex
 * digits.
 */
export function opaKey(root: string): string {
  const hash = createHash("sha256").update(JSON.stringify([FLAGS, process.platform, process.arch]));
  for (const file of ["go.mod", "go.sum"]) hash.update("\0").update(readFileSync(join(moduleOf(root), file)));
  return hash.digest("hex");
}

/**
 * The Open Policy Agent that tests, checks and compiles the tenants' policies: exactly the version that
 * infra/toolchain/opa pins, since another one compiles another module. Built from Go modules where it is not there yet,
 * in one to three minutes.
 * @returns the path of the program
 * @throws ToolchainError where it cannot be built, with the compiler's words and a remedy
 */
export async function ensureOpa(options: ToolchainOptions): Promise<string> {
  const { root, progress, signal } = options;
  const folder = toolPaths(root).opa;
  const name = `opa-${opaKey(root).slice(0, 16)}`;
  const target = join(folder, name);
  if (existsSync(target)) return target;
  const go = await findGo(options);
  mkdirSync(folder, { recursive: true });
  const fresh = `${target}.${process.pid}`;
  const cwd = moduleOf(root);
  const env = { ...go.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-buildvcs=false" };
  progress?.("build Open Policy Agent from Go modules");
  try {
    const onLine = (line: string): void => {
      if (line.startsWith("go: downloading")) progress?.(`download ${line.split(" ")[2] ?? ""}`);
    };
    const run = await command([go.path, "build", ...FLAGS, "-o", fresh, PACKAGE], { cwd, env, signal, onLine });
    if (run.code !== 0) throw new ToolchainError(failure(cwd, run.tail));
    renameSync(fresh, target);
  } finally {
    rmSync(fresh, { force: true });
  }
  for (const other of readdirSync(folder)) {
    if (/^opa-[0-9a-f]{16}$/.test(other) && other !== name) rmSync(join(folder, other), { force: true });
  }
  return target;
}

const moduleOf = (root: string): string => join(root, "infra/toolchain/opa");

function failure(cwd: string, tail: string): string {
  return [
    `Open Policy Agent could not be built in ${cwd}`,
    ...tail.split("\n").map((line) => `    ${line}`),
    "  remedy: the Go module proxy (GOPROXY) has to be reachable; run this again, it goes on where it stopped",
  ].join("\n");
}
