import { existsSync, linkSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { command } from "./command.ts";
import { findGo, type Go } from "./go.ts";
import { forgetInstall, type PulumiInstall } from "./install.ts";
import type { ToolchainOptions } from "./options.ts";
import { toolPaths } from "./paths.ts";
import { buildFlags, sourceKey } from "./sources.ts";
import { ToolchainError } from "./toolchain-error.ts";
import { versions } from "./versions.ts";

/** One binary: where its module is, its package, and how to call it in messages. */
const binaries = [
  { name: "pulumi", module: "cli", pkg: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", title: "Pulumi CLI" },
  { name: "pulumi-language-nodejs", module: "cli", pkg: "./language-nodejs", title: "Node.js language host" },
  { name: "providers", module: "providers", pkg: ".", title: "docker, random and tls plugins" },
] as const;

/**
 * Builds Pulumi and its plugins from Go modules, pinned by go.sum. About ten minutes on two cores the first time, half
 * of it download; what is finished is kept when it is interrupted, by Go's cache and in `.dsmil/tools/staging`.
 */
export async function buildToolchain(options: ToolchainOptions): Promise<PulumiInstall> {
  const { root } = options;
  const key = sourceKey(root);
  const staged = join(toolPaths(root).staging, key);
  mkdirSync(staged, { recursive: true });
  let go: Go | undefined;
  for (const [index, binary] of binaries.entries()) {
    if (existsSync(join(staged, binary.name))) continue;
    go ??= await findGo(options);
    const step = `${binary.title} (${index + 1} of ${binaries.length})`;
    await build(go, binary, join(staged, binary.name), {
      ...options,
      progress: (m) => options.progress?.(`${step}: ${m}`),
    });
  }
  layOut(root, staged);
  return { kind: "built", source: "built from Go modules", version: versions.pulumi, bin: toolPaths(root).bin, key };
}

async function build(
  go: Go,
  binary: (typeof binaries)[number],
  target: string,
  options: ToolchainOptions,
): Promise<void> {
  const { root, progress, signal } = options;
  const cwd = join(root, "infra/toolchain", binary.module);
  const env = { ...go.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-buildvcs=false" };
  const fresh = `${target}.${process.pid}`;
  const versionFlag = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${versions.pulumi}`;
  let compiled = 0;
  const onLine = (line: string): void => {
    if (line.startsWith("go: downloading")) progress?.(`download ${line.split(" ")[2] ?? ""}`);
    else if (/^[\w./-]+$/.test(line)) progress?.(`compile, ${++compiled} packages`);
  };
  progress?.("build from Go modules");
  const argv = [go.path, "build", "-v", ...buildFlags, "-ldflags", `-s -w ${versionFlag}`, "-o", fresh, binary.pkg];
  try {
    const run = await command(argv as [string, ...string[]], { cwd, env, signal, onLine });
    if (run.code !== 0) throw new ToolchainError(failure(binary.title, cwd, run.tail));
    renameSync(fresh, target);
  } finally {
    rmSync(fresh, { force: true });
  }
}

function failure(title: string, cwd: string, tail: string): string {
  const log = tail.split("\n").map((line) => `    ${line}`);
  const remedy = /no space left/.test(tail)
    ? "free disk space (the first build needs about 6 GiB below the home folder)"
    : "the Go module proxy (GOPROXY) has to be reachable; run this again, it goes on where it stopped";
  return [`the ${title} could not be built in ${cwd}`, ...log, `  remedy: ${remedy}`].join("\n");
}

/** Moves the finished binaries to where Pulumi looks for them; every plugin is a hard link of one file. */
function layOut(root: string, staged: string): void {
  const paths = toolPaths(root);
  forgetInstall(root);
  rmSync(paths.bin, { recursive: true, force: true });
  mkdirSync(paths.bin, { recursive: true });
  const plugins = join(paths.home, "plugins");
  for (const [name, version] of Object.entries(versions.plugins)) {
    const folder = join(plugins, `resource-${name}-v${version}`);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    linkSync(join(staged, "providers"), join(folder, `pulumi-resource-${name}`));
  }
  for (const name of ["pulumi", "pulumi-language-nodejs"]) renameSync(join(staged, name), join(paths.bin, name));
  rmSync(paths.staging, { recursive: true, force: true });
}
