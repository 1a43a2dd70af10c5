import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { NodeLink } from "../../handler.ts";
import { run } from "../../run.ts";
import type { FileSpec, NodeFilesInputs } from "./args.ts";
import { type TarEntry, tar } from "./tar.ts";

/** One entry of a folder on the node, links not followed. */
export interface Found {
  /** `f`: regular file, `d`: folder, `l`: link, others as in find(1). */
  readonly type: string;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** SHA-256 (hex) of a regular file. */
  readonly sha256?: string;
}

/** What is in the folders of a resource: relative path → entry; `.` is the folder itself. */
export type Listing = ReadonlyMap<string, Found>;

const sha256 = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");

/** What a file holds. */
const bytes = ({ content, encoding }: FileSpec): Buffer => Buffer.from(content, encoding ?? "utf8");

export const octal = (mode: number): string => `0${mode.toString(8).padStart(3, "0")}`;
export const modeOf = (mode: string | undefined, normal: string): number => Number.parseInt(mode ?? normal, 8);

/** Folders that hold the listed files, the own one first. */
export function folders(files: NodeFilesInputs["files"]): string[] {
  const found = new Set(["."]);
  for (const file of Object.keys(files)) {
    for (let dir = posix.dirname(file); dir !== "."; dir = posix.dirname(dir)) found.add(dir);
  }
  return [...found].sort();
}

/** What the folder must look like. */
export function wanted(inputs: NodeFilesInputs): Listing {
  const owner = { uid: inputs.uid ?? 0, gid: inputs.gid ?? 0 };
  const listing = new Map<string, Found>();
  for (const dir of folders(inputs.files)) {
    listing.set(dir, { type: "d", mode: modeOf(inputs.dirMode, "0755"), ...owner });
  }
  for (const [path, file] of Object.entries(inputs.files)) {
    listing.set(path, { type: "f", mode: modeOf(file.mode, "0644"), ...owner, sha256: sha256(bytes(file)) });
  }
  return listing;
}

export function same(a: Found | undefined, b: Found | undefined): boolean {
  return (
    a?.type === b?.type && a?.mode === b?.mode && a?.uid === b?.uid && a?.gid === b?.gid && a?.sha256 === b?.sha256
  );
}

/** One value for a whole listing. */
export function digest(listing: Listing): string {
  const lines = [...listing].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, f]) => JSON.stringify([path, f]));
  return sha256(lines.join("\n"));
}

// $1: folder, the rest: its sub-folders of interest. Prints NUL-ended records "e TYPE MODE UID GID PATH" for each
// entry and "h HASH  PATH" for each regular file; nothing where the folder is missing.
const LIST = `
list() (
  cd -- "$1" 2>/dev/null || exit 0
  shift
  for sub in "$@"; do
    [ -d "$sub" ] && [ ! -L "$sub" ] || continue
    find "$sub" -maxdepth 0 -printf 'e %y %m %U %G %p\\0'
    find "$sub" -mindepth 1 -maxdepth 1 ! -type d -printf 'e %y %m %U %G %p\\0'
    find "$sub" -mindepth 1 -maxdepth 1 -type f -exec sha256sum -z -- {} + | sed -z 's/^/h /'
  done
)`;

// $1: folder, $2: owner, $3: mode, the rest: sub-folders. Standard input: a tar with files/… and a list "remove".
// Nothing is touched before the whole archive has arrived; then each file changes by one rename.
const WRITE = `
set -eu
umask 022
dir=$1 owner=$2 mode=$3
shift 3
[ ! -L "$dir" ] || { echo "$dir is a symbolic link: remove it" >&2; exit 1; }
# A neighbour that is being deleted may take an empty parent away in between.
mkdir -p -- "$dir" || mkdir -p -- "$dir"
rm -rf -- "$dir"/.dsmil-tmp.??????
tmp=$(umask 077; mktemp -d -- "$dir/.dsmil-tmp.XXXXXX")
trap 'rm -rf -- "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
tar -x -f - -C "$tmp" -p --same-owner --numeric-owner
for sub in "$@"; do
  mkdir -p -- "$dir/$sub"
  chown "$owner" -- "$dir/$sub"
  chmod "$mode" -- "$dir/$sub"
done
if [ -d "$tmp/files" ]; then
  (cd -- "$tmp/files" && find . -type f -print0) | (cd -- "$tmp/files" && xargs -0 -r sh -c '
    for file; do mv -fT -- "$file" "$0/$file" || exit 1; done' "$dir")
fi
while IFS= read -r gone; do rm -f -- "$dir/$gone"; done < "$tmp/remove"
rm -rf -- "$tmp"
`;

// $1: folder, $2: the topmost folder that may go, the rest: sub-folders. Standard input: files to remove, one a line.
const REMOVE = `
set -eu
dir=$1 top=$2
shift 2
cd -- "$dir" 2>/dev/null || exit 0
while IFS= read -r file; do rm -f -- "$file"; done
rm -rf -- .dsmil-tmp.??????
find . -maxdepth 1 -type s -exec rm -f -- {} +
cd /
for sub in "$@"; do rmdir -- "$dir/$sub" 2>/dev/null || :; done
while rmdir -- "$dir" 2>/dev/null && [ "$dir" != "$top" ]; do dir=\${dir%/*}; done
exit 0
`;

/** @param subs relative folders to look into, such as `folders()` gives */
export async function list(link: NodeLink, node: string, path: string, subs: readonly string[]): Promise<Listing> {
  const script = `${LIST}\nlist "$@"`;
  return parse(await run(link, `list ${path} on ${node}`, ["sh", "-c", script, "sh", path, ...subs]));
}

/** Writes and removes files, settles owner and mode of folders, and says what is there afterwards: one round trip. */
export async function write(
  link: NodeLink,
  inputs: NodeFilesInputs,
  paths: readonly string[],
  remove: readonly string[],
): Promise<Listing> {
  const [uid, gid] = [inputs.uid ?? 0, inputs.gid ?? 0];
  const entries: TarEntry[] = paths.map((path) => {
    const file = inputs.files[path];
    return { path: `files/${path}`, content: file ? bytes(file) : "", mode: modeOf(file?.mode, "0644"), uid, gid };
  });
  const removal = { path: "remove", content: remove.map((path) => `${path}\n`).join(""), mode: 0o600, uid: 0, gid: 0 };
  const subs = folders(inputs.files);
  const script = `${WRITE}${LIST}\nlist "$dir" "$@"`;
  const mode = octal(modeOf(inputs.dirMode, "0755"));
  return parse(
    await run(
      link,
      `write ${inputs.path} on ${inputs.node}`,
      ["sh", "-c", script, "sh", inputs.path, `${uid}:${gid}`, mode, ...subs],
      { stdin: tar([...entries, removal]), timeoutMs: 60_000 },
    ),
  );
}

/** Removes files, then the folders that are empty, upwards to and with `top`. */
export async function removeFiles(link: NodeLink, inputs: NodeFilesInputs, top: string): Promise<void> {
  const subs = folders(inputs.files)
    .filter((sub) => sub !== ".")
    .reverse();
  const stdin = Object.keys(inputs.files)
    .map((file) => `${file}\n`)
    .join("");
  await run(link, `remove ${inputs.path} on ${inputs.node}`, ["sh", "-c", REMOVE, "sh", inputs.path, top, ...subs], {
    stdin,
    timeoutMs: 60_000,
  });
}

/** Contents of regular files, for import. */
export async function contents(
  link: NodeLink,
  node: string,
  path: string,
  files: readonly string[],
): Promise<ReadonlyMap<string, Pick<FileSpec, "content" | "encoding">>> {
  if (files.length === 0) return new Map();
  const script = 'cd -- "$1" && shift && for file; do base64 -w0 -- "$file"; echo; done';
  const output = await run(link, `read ${path} on ${node}`, ["sh", "-c", script, "sh", path, ...files]);
  const lines = output.split("\n");
  return new Map(
    files.map((file, i) => {
      const encoded = lines[i] ?? "";
      const found = Buffer.from(encoded, "base64");
      const text = found.toString("utf8");
      return [file, Buffer.from(text).equals(found) ? { content: text } : { content: encoded, encoding: "base64" }];
    }),
  );
}

function parse(output: string): Listing {
  const entries = new Map<string, Found>();
  const name = (path: string): string => path.replace(/^(\.\/)+/, "");
  for (const record of output.split("\0")) {
    const entry = /^e (\S) ([0-7]+) (\d+) (\d+) ([\s\S]+)$/.exec(record);
    if (entry) {
      const [, type = "", mode = "", uid, gid, path = ""] = entry;
      entries.set(name(path), { type, mode: Number.parseInt(mode, 8), uid: Number(uid), gid: Number(gid) });
      continue;
    }
    const hash = /^h ([0-9a-f]{64}) [ *]([\s\S]+)$/.exec(record);
    const found = hash && entries.get(name(hash[2] ?? ""));
    if (hash && found) entries.set(name(hash[2] ?? ""), { ...found, sha256: hash[1] ?? "" });
  }
  return entries;
}
