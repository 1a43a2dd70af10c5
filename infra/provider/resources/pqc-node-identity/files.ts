import type { NodeLink } from "../../handler.ts";
import { run } from "../../run.ts";

/** Where a node keeps its own key and the public parts of others. */
export interface Places {
  /** `/etc/dsmil/node_keys` */
  readonly own: string;
  /** `/etc/dsmil/peer_keys` */
  readonly peers: string;
}

/** A file as found. */
export interface Seen {
  /** `600 0:0` */
  readonly access: string;
  readonly sha256: string;
}

// $@: files. Prints "MODE UID:GID HASH" for each, "-" for one that is missing or no regular file.
const LOOK = `
for file; do
  if [ -f "$file" ] && [ ! -L "$file" ]; then
    hash=$(sha256sum < "$file")
    printf '%s %s\\n' "$(stat -c '%a %u:%g' -- "$file")" "\${hash%% *}"
  else echo -; fi
done`;

// $1: folder, $2: name. Standard input: the content.
const PUT = `
set -eu
umask 022
mkdir -p -- "$1"
tmp=$(mktemp -- "$1/.$2.XXXXXX")
trap 'rm -f -- "$tmp"' EXIT
cat > "$tmp"
chmod 0644 -- "$tmp"
mv -fT -- "$tmp" "$1/$2"`;

/** One answer a file; `undefined` where there is none. */
export async function look(
  link: NodeLink,
  node: string,
  files: readonly string[],
): Promise<readonly (Seen | undefined)[]> {
  const output = await run(link, `look at keys on ${node}`, ["sh", "-c", LOOK, "sh", ...files], { timeoutMs: 20_000 });
  const lines = output.split("\n");
  return files.map((_, i) => {
    const [, access, sha256] = /^(\d+ \d+:\d+) ([0-9a-f]{64})$/.exec(lines[i] ?? "") ?? [];
    return access && sha256 ? { access, sha256 } : undefined;
  });
}

/** Writes a public file (0644) by one rename. */
export async function put(link: NodeLink, node: string, folder: string, name: string, content: string): Promise<void> {
  const what = `write ${folder}/${name} on ${node}`;
  await run(link, what, ["sh", "-c", PUT, "sh", folder, name], { stdin: content, timeoutMs: 20_000 });
}

/** The content of a file, `undefined` when it is missing. */
export async function get(link: NodeLink, file: string): Promise<string | undefined> {
  const { code, stdout } = await link.exec(["cat", "--", file], { timeoutMs: 20_000 });
  return code === 0 ? stdout : undefined;
}

/** Removes files and what folders are then empty, upwards to and with `/etc/dsmil`. */
export async function drop(link: NodeLink, node: string, folder: string, names: readonly string[]): Promise<void> {
  const script = `
    dir=$1; shift
    for name; do rm -f -- "$dir/$name" || exit 1; done
    while rmdir -- "$dir" 2>/dev/null && [ "$dir" != /etc/dsmil ]; do dir=\${dir%/*}; done
    exit 0`;
  await run(link, `remove keys on ${node}`, ["sh", "-c", script, "sh", folder, ...names], { timeoutMs: 20_000 });
}
