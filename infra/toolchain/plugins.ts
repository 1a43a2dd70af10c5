import { command } from "./command.ts";
import type { ToolchainOptions } from "./options.ts";
import { versions } from "./versions.ts";

/** Time for one plugin's download, milliseconds. */
const INSTALL_TIMEOUT = 180_000;

/**
 * Makes sure that `pulumi` has the resource plugins, by its own plugin acquisition.
 * @throws with Pulumi's last words, where a plugin is neither there nor can be fetched
 */
export async function acquirePlugins(
  pulumi: string,
  env: Readonly<Record<string, string>>,
  options: ToolchainOptions,
): Promise<void> {
  const { signal, progress } = options;
  const quiet = { PULUMI_SKIP_UPDATE_CHECK: "true", ...env };
  const listed = await command([pulumi, "plugin", "ls", "--json"], { env: quiet, timeoutMs: 30_000, signal });
  const have = listed.code === 0 ? (JSON.parse(listed.stdout) as { name: string; version?: string }[]) : [];
  for (const [name, version] of Object.entries(versions.plugins)) {
    if (have.some((plugin) => plugin.name === name && plugin.version === version)) continue;
    progress?.(`plugin ${name} ${version}: download`);
    const args = [pulumi, "plugin", "install", "resource", name, version] as const;
    const run = await command([...args], { env: quiet, timeoutMs: INSTALL_TIMEOUT, signal });
    if (run.code !== 0) throw new Error(`plugin ${name} ${version} cannot be fetched: ${run.tail.split("\n").at(-1)}`);
  }
}
