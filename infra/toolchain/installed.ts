import { spawn } from "node:child_process";
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { command } from "./command.ts";
import type { PulumiInstall } from "./install.ts";
import type { ToolchainOptions } from "./options.ts";
import { toolPaths } from "./paths.ts";
import { acquirePlugins } from "./plugins.ts";
import { atLeast } from "./version-order.ts";
import { versions } from "./versions.ts";

/** The `pulumi` somebody else put on PATH, and a key that changes with it; undefined where there is none. */
export function findOnPath(root: string): { readonly bin: string; readonly key: string } | undefined {
  const own = toolPaths(root).bin;
  for (const bin of (process.env.PATH ?? "").split(delimiter)) {
    if (bin === "" || bin === own || !executable(join(bin, "pulumi"))) continue;
    const info = statSync(join(bin, "pulumi"));
    return { bin, key: `${join(bin, "pulumi")}:${info.size}:${info.mtimeMs}` };
  }
  return undefined;
}

/**
 * The installed Pulumi, once it is known to work here: recent enough, with its Node.js language host, and with the
 * plugins, which it may fetch for itself.
 *
 * @throws with the reason, where there is one that cannot be used
 */
export async function useInstalled(options: ToolchainOptions): Promise<PulumiInstall | undefined> {
  const found = findOnPath(options.root);
  if (!found) return undefined;
  const pulumi = join(found.bin, "pulumi");
  options.progress?.(`${pulumi}: looking whether it fits`);
  const env = { PULUMI_SKIP_UPDATE_CHECK: "true" };
  const run = await command([pulumi, "version"], { env, timeoutMs: 20_000, signal: options.signal });
  const version = run.stdout.trim().replace(/^v/, "");
  if (run.code !== 0 || !atLeast(version, versions.oldestPulumi)) {
    throw new Error(`it is version "${version}", and ${versions.oldestPulumi} or newer is needed`);
  }
  await tryLanguageHost(languageHost(pulumi), options.signal);
  await acquirePlugins(pulumi, {}, options);
  return { kind: "installed", source: `installed (${pulumi})`, version, bin: found.bin, key: found.key };
}

/** The host beside `pulumi`, beside what `pulumi` links to, or on PATH: where Pulumi itself looks. */
function languageHost(pulumi: string): string {
  const folders = [dirname(pulumi), dirname(realpathSync(pulumi)), ...(process.env.PATH ?? "").split(delimiter)];
  const host = folders.map((folder) => join(folder, "pulumi-language-nodejs")).find(executable);
  if (host === undefined) throw new Error("its pulumi-language-nodejs is missing");
  return host;
}

/** A host that works prints the port it listens on. The engine's address is one where nothing answers. */
function tryLanguageHost(host: string, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(host, ["127.0.0.1:1"], { stdio: ["ignore", "pipe", "ignore"], timeout: 10_000, signal });
    const fail = (why: string): void => reject(new Error(`${host} does not work: ${why}`));
    createInterface({ input: child.stdout }).once("line", (line) => {
      if (/^\d+$/.test(line)) resolve();
      else fail(`it printed "${line}" in place of a port`);
      child.kill();
    });
    child.on("error", (error) => fail(error.message));
    child.on("exit", () => fail("it ended, or did not start within 10 s"));
  });
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
