import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command } from "./command.ts";
import { forgetInstall, type PulumiInstall } from "./install.ts";
import type { ToolchainOptions } from "./options.ts";
import { toolPaths } from "./paths.ts";
import { acquirePlugins } from "./plugins.ts";
import { versions } from "./versions.ts";

/** Time to find out whether the release site can be reached, milliseconds. */
const REACH_TIMEOUT = 5_000;
const DOWNLOAD_TIMEOUT = 300_000;

/** Key of the official release in the install record. */
export const downloadKey = `official-${versions.pulumi}-${process.platform}-${process.arch}`;

/** Pulumi's own release of this version for this machine: the archive, and the list of checksums beside it. */
export function releaseUrls(platform: string = process.platform, arch: string = process.arch) {
  const name = `pulumi-v${versions.pulumi}-${platform}-${arch}.tar.gz`;
  return {
    name,
    archive: `https://get.pulumi.com/releases/sdk/${name}`,
    checksums: `https://github.com/pulumi/pulumi/releases/download/v${versions.pulumi}/pulumi-${versions.pulumi}-checksums.txt`,
  };
}

/**
 * Installs the official release, checked against its published checksum, and lets it fetch its plugins.
 * @throws with the reason, where the site is not reachable from here or what came is not what was published
 */
export async function useDownload(options: ToolchainOptions): Promise<PulumiInstall> {
  const { root, progress, signal } = options;
  const paths = toolPaths(root);
  const release = releaseUrls();
  progress?.("Pulumi's release site: looking whether it can be reached");
  await get(release.archive, REACH_TIMEOUT, signal, "HEAD");
  const wanted = checksumOf(release.name, await (await get(release.checksums, REACH_TIMEOUT, signal)).text());
  progress?.(`Pulumi ${versions.pulumi}: download`);
  const archive = Buffer.from(await (await get(release.archive, DOWNLOAD_TIMEOUT, signal)).arrayBuffer());
  const got = createHash("sha256").update(archive).digest("hex");
  if (got !== wanted) throw new Error(`${release.name} has checksum ${got}, published is ${wanted}`);
  await unpack(archive, options);
  await acquirePlugins(join(paths.bin, "pulumi"), { PULUMI_HOME: paths.home }, options);
  return {
    kind: "downloaded",
    source: "downloaded from Pulumi",
    version: versions.pulumi,
    bin: paths.bin,
    key: downloadKey,
  };
}

/** The checksum of `name` in a list of `<sha256>  <file>` lines. */
export function checksumOf(name: string, list: string): string {
  for (const line of list.split("\n")) {
    const [checksum, file] = line.trim().split(/\s+\*?/);
    if (file === name && checksum && /^[0-9a-f]{64}$/.test(checksum)) return checksum;
  }
  throw new Error(`no checksum is published for ${name}`);
}

async function unpack(archive: Buffer, options: ToolchainOptions): Promise<void> {
  const { root, signal } = options;
  const paths = toolPaths(root);
  const fresh = `${paths.staging}/official-${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  try {
    writeFileSync(join(fresh, "archive.tar.gz"), archive);
    const run = await command(["tar", "-xzf", join(fresh, "archive.tar.gz"), "-C", fresh], { signal });
    if (run.code !== 0) throw new Error(`the archive cannot be unpacked: ${run.tail}`);
    forgetInstall(root);
    rmSync(paths.bin, { recursive: true, force: true });
    mkdirSync(paths.bin, { recursive: true });
    for (const file of readdirSync(join(fresh, "pulumi"))) {
      renameSync(join(fresh, "pulumi", file), join(paths.bin, file));
    }
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

async function get(url: string, timeoutMs: number, signal: AbortSignal | undefined, method = "GET"): Promise<Response> {
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, { method, signal: signal ? AbortSignal.any([signal, limit]) : limit });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return response;
  } catch (error) {
    signal?.throwIfAborted();
    const { message, cause } = error as Error;
    throw new Error(`${new URL(url).host} cannot be reached: ${cause instanceof Error ? cause.message : message}`);
  }
}
