import { type Progress, run } from "./run.ts";

/** Debian packages of the list that are not installed. */
export async function missingPackages(names: readonly string[]): Promise<string[]> {
  if (names.length === 0) return [];
  const format = "$" + "{Package} $" + "{db:Status-Status}\n";
  const { stdout } = await run(["dpkg-query", "-W", "-f", format, ...names]);
  const installed = new Set(
    stdout.split("\n").flatMap((line) => (line.endsWith(" installed") ? [line.slice(0, line.indexOf(" "))] : [])),
  );
  return names.filter((name) => !installed.has(name));
}

/**
 * Installs the packages that are missing, with one `apt-get update`; asks nothing and does nothing when all are there.
 * @returns the packages it installed
 * @throws Error naming the packages and what to type, when apt-get fails or this user may not install.
 */
export async function ensurePackages(
  names: readonly string[],
  progress: Progress = () => undefined,
): Promise<string[]> {
  const missing = await missingPackages(names);
  if (missing.length === 0) return [];
  const byHand = `apt-get install ${missing.join(" ")}`;
  if (process.getuid?.() !== 0) throw new Error(`missing packages; as root, run: ${byHand}`);
  progress(`apt-get update`);
  const update = await apt(["update"], progress);
  progress(`installing ${missing.join(", ")}`);
  const install = await apt(["install", "-y", "--no-install-recommends", ...missing], progress);
  if (install.code === 0) return missing;
  // A failed update matters only if the installation could not do without it.
  const said = (install.stderr.trim() || install.stdout.trim() || update.stderr.trim()).split("\n").slice(-6);
  throw new Error(`cannot install ${missing.join(", ")}:\n  ${said.join("\n  ")}\nSee what is wrong with: ${byHand}`);
}

function apt(args: readonly string[], progress: Progress): ReturnType<typeof run> {
  const settings = ["-q", "-o", "Dpkg::Use-Pty=0", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"];
  return run(["apt-get", ...settings, ...args], {
    env: { DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_MODE: "l" },
    onLine: (line) => {
      const unpacked = /^(?:Setting up|Unpacking) (\S+)/.exec(line);
      if (unpacked !== null) progress(line.replace(/ \.\.\.$/, ""));
    },
  });
}
