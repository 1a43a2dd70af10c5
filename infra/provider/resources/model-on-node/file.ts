import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { NodeLink } from "../../handler.ts";
import { run } from "../../run.ts";

/** Where a file lies on a node, and where it grows until it is whole. */
export interface Place {
  readonly node: string;
  /** The folder of all models; removal stops there. */
  readonly top: string;
  readonly folder: string;
  readonly path: string;
  /** Same file system, no version's folder: half a file is seen by nobody. Its name holds the digest of the whole. */
  readonly part: string;
}

/** A file on a node. */
export interface Found {
  /** Size, times, inode, mode and owner. */
  readonly stamp: string;
  readonly bytes: number;
  /** Whether it is root's and read-only for all. */
  readonly settled: boolean;
  /** Hex; that of the last look where the stamp is the same. */
  readonly sha384: string;
}

/** Slowest line that is waited for, bytes a second: 10 Mbit/s. */
const SLOWEST = 1_250_000;
/** Slowest disk whose files are waited for, bytes a second. */
const SLOWEST_DISK = 20_000_000;

// $1: file, $2: the stamp whose digest is known. Nothing where there is no regular file.
const LOOK = `
set -eu
[ -f "$1" ] && [ ! -L "$1" ] || exit 0
stamp=$(stat -c '%s:%a:%u:%g:%i:%.9Y:%.9Z' -- "$1")
echo "$stamp"
[ "$stamp" = "$2" ] || sha384sum < "$1"
`;

/** @param known a stamp and the digest that belongs to it */
export async function look(
  link: NodeLink,
  { node, path }: Place,
  known: { readonly stamp: string; readonly sha384: string; readonly bytes: number } | undefined,
): Promise<Found | undefined> {
  const timeoutMs = 60_000 + (Math.max(known?.bytes ?? 0, 8e9) / SLOWEST_DISK) * 1000;
  const argv = ["sh", "-c", LOOK, "sh", path, known?.stamp ?? ""];
  const [stamp = "", digest = ""] = (await run(link, `look at ${path} on ${node}`, argv, { timeoutMs })).split("\n");
  if (stamp === "") return undefined;
  const [bytes, mode, uid, gid] = stamp.split(":");
  const settled = mode === "444" && uid === "0" && gid === "0";
  const sha384 = stamp === known?.stamp ? known.sha384 : (digest.split(" ")[0] ?? "");
  return { stamp, bytes: Number(bytes), settled, sha384 };
}

// $1: folder of parts, $2: the part. Prints what there is of it, and what its file system has room for.
const ROOM = `
set -eu
[ ! -L "$1" ] || { echo "$1 is a symbolic link: remove it" >&2; exit 1; }
mkdir -p -m 0700 -- "$1"
umask 077
if [ -L "$2" ] || [ ! -f "$2" ]; then rm -rf -- "$2"; fi
exec 9>> "$2"
# What a connection that broke off had sent may still be on its way to the disk.
flock -w 60 9 || { echo "another transfer of it is under way" >&2; exit 1; }
stat -c %s -- "$2"
df --output=avail -B1 -- "$1" | tail -n 1
`;

/** Sends what a node lacks of a file, from where an earlier attempt stopped. Says where it began. */
export async function send(
  link: NodeLink,
  place: Place,
  source: string,
  bytes: number,
  signal: AbortSignal,
): Promise<number> {
  const { node, part } = place;
  const argv = ["sh", "-c", ROOM, "sh", part.slice(0, part.lastIndexOf("/")), part];
  const answer = await run(link, `make room for ${part} on ${node}`, argv, { timeoutMs: 60_000 });
  const [there = 0, room = 0] = answer.trim().split("\n").map(Number);
  const from = there <= bytes ? there : 0;
  if (from === bytes) return from;
  if (room < bytes - from) {
    throw new Error(`${node} has ${megabytes(room)} left for models, ${megabytes(bytes - from)} are needed: make room`);
  }
  const write = `set -eu; exec 9>> "$1"; flock -n 9; ${from === 0 ? 'truncate -s 0 -- "$1"; ' : ""}cat >&9`;
  await run(link, `write ${part} on ${node}`, ["sh", "-c", write, "sh", part], {
    stdin: createReadStream(source, { start: from, end: bytes - 1 }),
    timeoutMs: 60_000 + ((bytes - from) / SLOWEST) * 1000,
    signal,
  });
  return from;
}

// $1: part, $2: SHA-384, $3: folder, $4: file. What is not what it should be is not kept.
const TAKE = `
set -eu
umask 022
found=$(sha384sum < "$1")
[ "\${found%% *}" = "$2" ] || { rm -f -- "$1"; echo other; exit 0; }
chown 0:0 -- "$1"
chmod 0444 -- "$1"
[ ! -L "$3" ] || { echo "$3 is a symbolic link: remove it" >&2; exit 1; }
mkdir -p -- "$3"
[ ! -d "$4" ] || { echo "$4 is a folder: remove it" >&2; exit 1; }
sync -d -- "$1"
mv -fT -- "$1" "$4"
rmdir -- "\${1%/*}" 2>/dev/null || :
echo taken
`;

/** Puts a part that has all bytes into its place by one rename. False: it is another file, and gone. */
export async function take(link: NodeLink, place: Place, sha384: string, bytes: number): Promise<boolean> {
  const { node, part, folder, path } = place;
  const timeoutMs = 60_000 + (bytes / SLOWEST_DISK) * 2000;
  const argv = ["sh", "-c", TAKE, "sh", part, sha384, folder, path];
  return (await run(link, `take ${path} on ${node}`, argv, { timeoutMs })).trim() === "taken";
}

/** Gives a file back to root, read-only for all. */
export async function settle(link: NodeLink, { node, path }: Place): Promise<void> {
  const script = 'set -eu; chown 0:0 -- "$1"; chmod 0444 -- "$1"';
  await run(link, `settle ${path} on ${node}`, ["sh", "-c", script, "sh", path], { timeoutMs: 20_000 });
}

// $1: file, $2: folder of all models, $3: start of the names of its parts.
const REMOVE = `
set -eu
rm -f -- "$1" "$3"*
rmdir -- "\${3%/*}" 2>/dev/null || :
dir=\${1%/*}
while [ "$dir" != "$2" ] && rmdir -- "$dir" 2>/dev/null; do dir=\${dir%/*}; done
exit 0
`;

/** Removes a file, what there is of its parts, and the folders below that of all models that are then empty. */
export async function removeFile(link: NodeLink, { node, path, part, top }: Place): Promise<void> {
  const parts = part.slice(0, part.lastIndexOf("@") + 1);
  const argv = ["sh", "-c", REMOVE, "sh", path, top, parts];
  await run(link, `remove ${path} on ${node}`, argv, { timeoutMs: 60_000 });
}

/**
 * Looks whether a file can be what is to be sent, without reading it.
 * @throws with the remedy
 */
export async function checkSource(source: string, what: string, bytes: number): Promise<void> {
  const found = await stat(source).catch(() => undefined);
  if (!found?.isFile()) throw new Error(`${what}: ${source} is not on this machine; restore it there`);
  if (found.size !== bytes) {
    throw new Error(`${what}: ${source} has ${found.size} bytes, its model.json names ${bytes}; restore it`);
  }
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
