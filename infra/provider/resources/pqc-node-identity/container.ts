import type { NodeLink } from "../../handler.ts";
import { run } from "../../run.ts";

/** One run of a container beside the node's key files. */
export interface KeyRun {
  /** For errors: `make the key of node-a with dsmil-node-base:…` */
  readonly what: string;
  /** The key folder on the node, made with 0700. */
  readonly folder: string;
  /** Names of the key files. */
  readonly names: readonly string[];
  /** Whose the folder and the key files are, and who the container runs as: `uid:gid`. */
  readonly owner: string;
  /** Options of `docker run`, the image and its arguments. */
  readonly container: readonly string[];
  readonly stdin?: string;
  readonly signal: AbortSignal;
}

// $1: folder, $2: owner, $3: names, space between; the rest: the command. The container's user has no right over files
// of others, so what is not the owner's is made so before.
const PREPARE = `
set -eu
umask 022
folder=$1 owner=$2
mkdir -p -- "$folder"
chown "$owner" -- "$folder"
chmod 0700 -- "$folder"
for name in $3; do
  key=$folder/$name
  if [ -f "$key" ] && [ ! -L "$key" ] && [ "$(stat -c '%a %u:%g' -- "$key")" != "600 $owner" ]; then
    chown "$owner" -- "$key"
    chmod 0600 -- "$key"
  fi
done
shift 3
exec "$@"`;

/** What every such container is kept from: its own root file system, rights, logs. */
const CONFINED = [
  ...["docker", "run", "--rm", "-i", "--pull", "never", "--log-driver", "none", "--read-only"],
  ...["--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--memory", "128m"],
] as const;

/** Runs it, with nothing of the node but the key folder and what its options give; returns what it printed. */
export function runBesideKeys(link: NodeLink, r: KeyRun): Promise<string> {
  const own = ["--user", r.owner, "--mount", `type=bind,source=${r.folder},target=${r.folder}`];
  const prepare = ["sh", "-c", PREPARE, "sh", r.folder, r.owner, r.names.join(" ")];
  const options = { timeoutMs: 120_000, signal: r.signal, stdin: r.stdin ?? "" };
  return run(link, r.what, [...prepare, ...CONFINED, ...own, ...r.container], options);
}
