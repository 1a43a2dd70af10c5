import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { listAccess, type NodeAccess } from "./access.ts";
import { hostKeyAlgorithms, parseHostKey } from "./host-key.ts";

/** What OpenSSH clients (the Docker provider's among them) use, relative to the project folder. */
export const SSH_CONFIG_FILE = ".dsmil/ssh/config";
const KNOWN_HOSTS_FILE = ".dsmil/ssh/known_hosts";

/** A socket's path may have 107 bytes, and ssh appends 17 of its own while it makes one. */
const CONTROL_PATH_MAX = 90;

/**
 * Writes `.dsmil/ssh/config` and `known_hosts` so that `ssh -F .dsmil/ssh/config <node>` reaches every node with its
 * pinned key over one multiplexed connection. Files are touched only when their content changes.
 * @param nodes default: every node whose endpoint is known and well-formed
 * @returns the config's path relative to `root`, for `sshOpts: ["-F", …]`.
 */
export function writeSshConfig(root: string, nodes?: readonly NodeAccess[]): string {
  const hosts = nodes ?? listAccess(root, () => undefined);
  const folder = resolve(root, ".dsmil/ssh");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  replaceFile(join(root, KNOWN_HOSTS_FILE), renderKnownHosts(hosts));
  replaceFile(
    join(root, SSH_CONFIG_FILE),
    renderSshConfig(hosts, { knownHosts: resolve(root, KNOWN_HOSTS_FILE), controlFolder: controlFolder(root) }),
  );
  return SSH_CONFIG_FILE;
}

/** One line a node; the alias keeps a pinned key apart from the address, which may be a shared loopback port. */
export function renderKnownHosts(nodes: readonly NodeAccess[]): string {
  return nodes.map((node) => `${alias(node)} ${node.hostKey}\n`).join("");
}

/** The client configuration; pure. */
export function renderSshConfig(
  nodes: readonly NodeAccess[],
  paths: { readonly knownHosts: string; readonly controlFolder: string },
): string {
  const head = "# Written by dsmil from Pulumi.<node>.yaml or .dsmil/access.json; changes here are lost.\n";
  return head + nodes.map((node) => `\n${hostBlock(node, paths)}`).join("");
}

function hostBlock(node: NodeAccess, paths: { knownHosts: string; controlFolder: string }): string {
  const settings: (readonly [string, string])[] = [
    ["HostName", node.host],
    ["Port", String(node.port)],
    ["User", node.user],
    ...(node.identityFile === undefined
      ? []
      : ([
          ["IdentityFile", quotePath(node.identityFile)],
          ["IdentitiesOnly", "yes"],
        ] as const)),
    ["UserKnownHostsFile", quotePath(paths.knownHosts)],
    ["GlobalKnownHostsFile", "/dev/null"],
    ["StrictHostKeyChecking", "yes"],
    ["HostKeyAlias", alias(node)],
    ["HostKeyAlgorithms", hostKeyAlgorithms(parseHostKey(node.hostKey).type).join(",")],
    ["UpdateHostKeys", "no"],
    ["CheckHostIP", "no"],
    ["ControlMaster", "auto"],
    ["ControlPath", quotePath(controlPath(node, paths.controlFolder))],
    ["ControlPersist", "60"],
    ["ServerAliveInterval", "5"],
    ["ServerAliveCountMax", "3"],
    ["ConnectTimeout", "10"],
    ["BatchMode", "yes"],
    ["LogLevel", "ERROR"],
  ];
  return `Host ${node.node}\n${settings.map(([key, value]) => `  ${key} ${value}\n`).join("")}`;
}

/** The master socket's path: it depends on endpoint and pinned key, so that a new machine gets a new connection. */
export function controlPath(node: NodeAccess, folder: string): string {
  const identity = [node.node, node.user, node.host, node.port, node.hostKey, node.identityFile ?? ""].join("|");
  const path = join(folder, createHash("sha256").update(identity).digest("hex").slice(0, 16));
  if (path.length > CONTROL_PATH_MAX) throw new Error(`${path} is too long for a socket; use a shorter TMPDIR`);
  return path;
}

/**
 * A private folder for master sockets, short enough for a socket's path: below XDG_RUNTIME_DIR, else /tmp.
 * @throws Error when somebody else holds the name.
 */
export function controlFolder(root: string): string {
  const name = `dsmil-${userInfo().uid}-${createHash("sha256").update(resolve(root)).digest("hex").slice(0, 8)}`;
  const bases = [process.env.XDG_RUNTIME_DIR, "/tmp", tmpdir()].filter((base) => base !== undefined && base !== "");
  for (const base of bases) {
    const folder = join(base as string, name);
    if (folder.length + 17 > CONTROL_PATH_MAX || !ensurePrivate(folder)) continue;
    return folder;
  }
  throw new Error(`no private folder for SSH sockets: ${join("/tmp", name)} exists and is not ours; remove it`);
}

function ensurePrivate(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") return false;
  }
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== userInfo().uid) return false;
  if ((found.mode & 0o777) !== 0o700) chmodSync(folder, 0o700);
  return true;
}

function alias(node: NodeAccess): string {
  return `dsmil-${node.node}`;
}

/** ssh expands `%` and splits at spaces. */
function quotePath(path: string): string {
  if (/["\n]/.test(path)) throw new Error(`${JSON.stringify(path)}: ssh cannot use a path with quotes or line breaks`);
  const text = path.replaceAll("%", "%%");
  return text.includes(" ") ? `"${text}"` : text;
}

function replaceFile(path: string, content: string): void {
  try {
    if (readFileSync(path, "utf8") === content) return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const next = `${path}.${process.pid}`;
  writeFileSync(next, content, { mode: 0o600 });
  renameSync(next, path);
}
