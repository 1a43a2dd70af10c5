import { createReadStream } from "node:fs";
import type { NodeLink } from "../../handler.ts";
import { run } from "../../run.ts";
import type { LargeFilesInputs } from "./args.ts";

/** Time to send one file, ms: 128 MiB over 10 Mbit/s, and some more. */
const SEND_MS = 5 * 60_000;

// $1: folder. Prints "SIZE SHA384 MODE NAME" for each regular file in it, NUL-ended.
const LIST = `
cd -- "$1" 2>/dev/null || exit 0
for file in *; do
  [ -f "$file" ] && [ ! -L "$file" ] || continue
  printf '%s %s %s\\0' "$(stat -c '%s' -- "$file")" "$(sha384sum < "$file" | cut -c1-96)" "$(stat -c '%a %U' -- "$file") $file"
done`;

// $1: folder, $2: name, $3: SHA-384. Nothing is touched before the whole file has arrived and is the right one.
const WRITE = `
set -eu
dir=$1 name=$2 wanted=$3
umask 022
[ ! -L "$dir" ] || { echo "$dir is a symbolic link: remove it" >&2; exit 1; }
mkdir -p -- "$dir"
rm -f -- "$dir"/.dsmil-tmp.??????
tmp=$(mktemp -- "$dir/.dsmil-tmp.XXXXXX")
trap 'rm -f -- "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
cat > "$tmp"
[ "$(sha384sum < "$tmp" | cut -c1-96)" = "$wanted" ] || { echo "what arrived is not the file that was sent" >&2; exit 1; }
chmod 0444 -- "$tmp"
mv -fT -- "$tmp" "$dir/$name"
trap - EXIT`;

// $1: folder, $2: topmost folder, which stays; the rest: files. Empty folders go, upwards.
const REMOVE = `
set -eu
dir=$1 top=$2
shift 2
cd -- "$dir" 2>/dev/null || exit 0
rm -f -- .dsmil-tmp.??????
for file; do rm -f -- "$file"; done
cd /
while [ "$dir" != "$top" ] && rmdir -- "$dir" 2>/dev/null; do dir=\${dir%/*}; done
exit 0`;

/** Names of the files that the node has as they must be. */
export async function goodFiles(link: NodeLink, { node, path, files }: LargeFilesInputs): Promise<ReadonlySet<string>> {
  const output = await run(link, `list ${path} on ${node}`, ["sh", "-c", LIST, "sh", path], { timeoutMs: 60_000 });
  const good = new Set<string>();
  for (const record of output.split("\0")) {
    const [, size, sha384, mode, name = ""] = /^(\d+) ([0-9a-f]{96}) (\d+) \S+ ([^/]+)$/.exec(record) ?? [];
    const wanted = files[name];
    if (wanted?.sha384 === sha384 && String(wanted?.bytes) === size && mode === "444") good.add(name);
  }
  return good;
}

/** Streams one file of this machine to the node. */
export async function sendFile(
  link: NodeLink,
  { node, path, files }: LargeFilesInputs,
  name: string,
  { from, signal }: { from: string; signal: AbortSignal },
): Promise<void> {
  const argv = ["sh", "-c", WRITE, "sh", path, name, files[name]?.sha384 ?? ""];
  const stdin = createReadStream(from, { highWaterMark: 256 * 1024 });
  try {
    await run(link, `send ${path}/${name} to ${node}`, argv, { stdin, timeoutMs: SEND_MS, signal });
  } finally {
    stdin.destroy();
  }
}

/** Removes the files, and what folders are then empty, up to `top`. */
export async function removeFiles(link: NodeLink, { node, path, files }: LargeFilesInputs, top: string): Promise<void> {
  const argv = ["sh", "-c", REMOVE, "sh", path, top, ...Object.keys(files)];
  await run(link, `remove ${path} on ${node}`, argv, { timeoutMs: 60_000 });
}
