import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { command } from "./command.ts";
import { findGo } from "./go.ts";
import type { ToolchainOptions } from "./options.ts";
import { ToolchainError } from "./toolchain-error.ts";

/** A program of another project that we build for this machine from a module of ours that pins it. */
export interface GoTool {
  /** Short name, of the program and of the module's folder in infra/toolchain: `opa`. */
  readonly id: string;
  /** For people: `Open Policy Agent`. */
  readonly title: string;
  readonly package: string;
  /** Folder that it is kept in. */
  readonly folder: string;
}

const FLAGS = ["-trimpath", "-mod=readonly", "-ldflags", "-s -w"] as const;

/** A key of everything that decides what the program is: go.mod and go.sum, flags, the kind of machine. 64 hex digits. */
export function goToolKey(root: string, { id }: Pick<GoTool, "id">): string {
  const hash = createHash("sha256").update(JSON.stringify([FLAGS, process.platform, process.arch]));
  for (const file of ["go.mod", "go.sum"]) hash.update("\0").update(readFileSync(join(moduleOf(root, id), file)));
  return hash.digest("hex");
}

/** Where the program is, or will be. */
export const goToolPath = (root: string, tool: GoTool): string =>
  join(tool.folder, `${tool.id}-${goToolKey(root, tool).slice(0, 16)}`);

/**
 * The program, built where it is not there yet.
 * @returns its path
 * @throws ToolchainError where it cannot be built, with the compiler's words and a remedy
 */
export async function ensureGoTool(tool: GoTool, options: ToolchainOptions): Promise<string> {
  const { root, progress, signal } = options;
  const { id, folder, title } = tool;
  const target = goToolPath(root, tool);
  if (existsSync(target)) return target;
  const go = await findGo(options);
  mkdirSync(folder, { recursive: true });
  const fresh = `${target}.${process.pid}`;
  const cwd = moduleOf(root, id);
  const env = { ...go.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-buildvcs=false" };
  progress?.(`build ${title} from Go modules`);
  try {
    const onLine = (line: string): void => {
      if (line.startsWith("go: downloading")) progress?.(`download ${line.split(" ")[2] ?? ""}`);
    };
    const run = await command([go.path, "build", ...FLAGS, "-o", fresh, tool.package], { cwd, env, signal, onLine });
    if (run.code !== 0) throw new ToolchainError(failure(title, cwd, run.tail));
    renameSync(fresh, target);
  } finally {
    rmSync(fresh, { force: true });
  }
  for (const other of readdirSync(folder)) {
    const path = join(folder, other);
    if (new RegExp(`^${id}-[0-9a-f]{16}$`).test(other) && path !== target) rmSync(path, { force: true });
  }
  return target;
}

const moduleOf = (root: string, id: string): string => join(root, "infra/toolchain", id);

function failure(title: string, cwd: string, tail: string): string {
  return [
    `${title} could not be built in ${cwd}`,
    ...tail.split("\n").map((line) => `    ${line}`),
    "  remedy: the Go module proxy (GOPROXY) has to be reachable; run this again, it goes on where it stopped",
  ].join("\n");
}
