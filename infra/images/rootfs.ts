import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import type { BuildContext } from "./build-context.ts";
import type { ImageEntry } from "./catalogue.ts";
import { imageLabels } from "./labels.ts";
import { runProcess } from "./process.ts";

/** Image that stands in for a machine with mmdebstrap on it, where that cannot be run here. */
const DEBIAN_IMAGE = "debian:bookworm-slim";

/** Lets the context's script write a root file system, and imports it under `tag` once it is complete. */
export async function buildRootfs(entry: ImageEntry, tag: string, context: BuildContext): Promise<void> {
  const { client, settings, folder, progress, signal } = context;
  const archive = join(folder, `${entry.name}.tar`);
  const node = entry.packages === undefined ? undefined : nodeBinary(context.root, context.architecture);
  const env = { ...settings.proxies, ...(node === undefined ? {} : { NODE_BINARY: node }) };
  const mode = mmdebstrapMode();
  const onLine = (line: string): void => progress(line.replace(/^[IWE]: /, ""));
  if (mode !== undefined) {
    const script = join(entry.context, "rootfs.sh");
    await runProcess([script, mode, settings.aptSources], { env, signal, onLine, into: archive });
  } else {
    progress(`in a container of ${DEBIAN_IMAGE}, as mmdebstrap cannot run here`);
    await runProcess(containerCommand(entry, context, node), { env, signal, onLine, into: archive });
  }
  const labels = imageLabels(entry.name).map(([key, value]) => `LABEL ${key}=${value}`);
  const changes = [...(entry.settings ?? []), ...labels].flatMap((change) => ["--change", change]);
  await runProcess([client.path, "import", ...changes, archive, tag], { signal });
}

/** How mmdebstrap can run here: as root, or in a user namespace; `undefined` when it cannot. */
function mmdebstrapMode(): "root" | "unshare" | undefined {
  if (!existsSync("/usr/bin/mmdebstrap")) return undefined;
  if (process.getuid?.() === 0) return "root";
  const ranges = existsSync("/etc/subuid") ? readFileSync("/etc/subuid", "utf8") : "";
  const listed = ranges.split("\n").some((line) => line.startsWith(`${userInfo().username}:`));
  return listed && existsSync("/usr/bin/newuidmap") ? "unshare" : undefined;
}

/** The same script in a throw-away container, which the engine's root runs. */
function containerCommand(entry: ImageEntry, { client, settings }: BuildContext, node: string | undefined): string[] {
  const script =
    "apt-get update -qq >&2 && apt-get install -y -qq --no-install-recommends mmdebstrap binutils >&2 && " +
    "exec /context/rootfs.sh root /etc/apt/sources.list";
  const mount = (source: string, target: string): string[] => ["-v", `${source}:${target}:ro`];
  return [
    ...[client.path, "run", "--rm", "--init", "--cap-add", "SYS_ADMIN", "--security-opt", "apparmor=unconfined"],
    ...mount(entry.context, "/context"),
    ...mount(settings.aptSources, "/etc/apt/sources.list"),
    ...mount(settings.caBundle, "/etc/ssl/certs/ca-certificates.crt"),
    ...(node === undefined ? [] : [...mount(node, "/mnt/node"), "-e", "NODE_BINARY=/mnt/node"]),
    ...Object.keys(settings.proxies).flatMap((name) => ["-e", name]),
    ...[DEBIAN_IMAGE, "sh", "-c", script],
  ];
}

/**
 * Node.js for the engine's processor, from its npm package.
 * @throws Error with what to type when the package is not installed.
 */
function nodeBinary(root: string, architecture: string): string {
  const name = `node-linux-${architecture === "amd64" ? "x64" : architecture}`;
  try {
    const require = createRequire(join(root, "package.json"));
    return join(dirname(require.resolve(`${name}/package.json`)), "bin/node");
  } catch {
    throw new Error(
      `the npm package ${name} is not installed; npm leaves out packages for other processors than this machine's. ` +
        `Install it with: npm install --no-save --force ${name}`,
    );
  }
}
