import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { command } from "./command.ts";
import { fetchGo } from "./go-fetch.ts";
import type { ToolchainOptions } from "./options.ts";
import { toolPaths } from "./paths.ts";
import { ToolchainError } from "./toolchain-error.ts";
import { atLeast } from "./version-order.ts";
import { versions } from "./versions.ts";

/** A usable Go. */
export interface Go {
  /** Path of `go`. */
  readonly path: string;
  /** What its runs need in their environment. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * A Go that can build the toolchain: one of this machine; an older one, which fetches the wanted toolchain from the
 * module proxy by itself; or the toolchain fetched here.
 * @throws ToolchainError where none can be had
 */
export async function findGo(options: ToolchainOptions): Promise<Go> {
  let older: string | undefined;
  for (const path of candidates(options.root)) {
    const version = await goVersion(path, options.signal);
    if (atLeast(version, "1.26.0")) return { path, env: { GOTOOLCHAIN: "local" } };
    if (atLeast(version, versions.oldestGo)) older ??= path;
  }
  if (older) return { path: older, env: { GOTOOLCHAIN: `go${versions.go}` } };
  try {
    return { path: await fetchGo(options), env: { GOTOOLCHAIN: "local" } };
  } catch (error) {
    options.signal?.throwIfAborted();
    throw new ToolchainError(
      `Go 1.26 or newer is needed to build Pulumi, and there is none on this machine\n` +
        `  it could not be fetched either: ${(error as Error).message}\n` +
        `  remedy: install Go (https://go.dev/dl, or a golang package >= ${versions.oldestGo}) and run this again`,
    );
  }
}

function candidates(root: string): string[] {
  const packaged = existsSync("/usr/lib") ? readdirSync("/usr/lib").filter((name) => /^go-\d/.test(name)) : [];
  const folders = [
    ...(process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== ""),
    "/usr/local/go/bin",
    ...packaged.map((name) => join("/usr/lib", name, "bin")),
    join(toolPaths(root).go, "bin"),
  ];
  return [...new Set(folders)].map((folder) => join(folder, "go")).filter((path) => existsSync(path));
}

async function goVersion(path: string, signal: AbortSignal | undefined): Promise<string> {
  try {
    const env = { GOTOOLCHAIN: "local" };
    const run = await command([path, "env", "GOVERSION"], { env, timeoutMs: 20_000, signal });
    return run.code === 0 ? run.stdout : "";
  } catch {
    signal?.throwIfAborted();
    return ""; // not a Go that runs here
  }
}
