import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { buildToolchain } from "./build.ts";
import { downloadKey, useDownload } from "./download.ts";
import { type PulumiInstall, readInstall, writeInstall } from "./install.ts";
import { findOnPath, useInstalled } from "./installed.ts";
import { turnOffLogs } from "./logs.ts";
import type { ToolchainOptions } from "./options.ts";
import { toolPaths } from "./paths.ts";
import { sourceKey } from "./sources.ts";
import { ToolchainError } from "./toolchain-error.ts";
import { versions } from "./versions.ts";

export type { PulumiInstall } from "./install.ts";
export { ensurePassphrase } from "./passphrase.ts";

/**
 * Makes sure that there is a Pulumi with its Node.js language host and plugins, in this order: the one recorded before,
 * while it is still what it was; one that is installed on the machine; Pulumi's own release; a build from Go modules.
 * Can be interrupted and run again; with everything there it takes milliseconds.
 *
 * `DSMIL_PULUMI=built|downloaded|installed` allows only that one.
 *
 * @throws ToolchainError where all ways fail, with the reason of each
 */
export async function ensurePulumi(options: ToolchainOptions): Promise<PulumiInstall> {
  const { root, signal } = options;
  mkdirSync(toolPaths(root).state, { recursive: true, mode: 0o700 });
  turnOffLogs(root);
  const only = process.env.DSMIL_PULUMI;
  const recorded = readInstall(root);
  if (recorded && (!only || recorded.kind === only) && stillThere(root, recorded)) return recorded;

  const ways = [
    { kind: "installed", find: useInstalled },
    { kind: "downloaded", find: useDownload },
    { kind: "built", find: buildToolchain },
  ].filter(({ kind }) => !only || kind === only);
  if (ways.length === 0) throw new ToolchainError(`DSMIL_PULUMI is "${only}": expected built, downloaded or installed`);
  const reasons: string[] = [];
  for (const { kind, find } of ways) {
    try {
      const install = await find(options);
      if (install) {
        writeInstall(root, install);
        return install;
      }
      reasons.push(`${kind}: there is none on PATH`);
    } catch (error) {
      signal?.throwIfAborted();
      reasons.push(`${kind}: ${(error as Error).message}`);
    }
  }
  throw new ToolchainError(
    `no Pulumi can be had on this machine\n${reasons.map((reason) => `  - ${reason}`).join("\n")}`,
  );
}

function stillThere(root: string, install: PulumiInstall): boolean {
  if (install.kind === "installed") return findOnPath(root)?.key === install.key;
  const plugins = join(toolPaths(root).home, "plugins");
  return (
    install.key === (install.kind === "built" ? sourceKey(root) : downloadKey) &&
    ["pulumi", "pulumi-language-nodejs"].every((file) => existsSync(join(install.bin, file))) &&
    Object.entries(versions.plugins).every(([name, version]) =>
      existsSync(join(plugins, `resource-${name}-v${version}`, `pulumi-resource-${name}`)),
    )
  );
}
