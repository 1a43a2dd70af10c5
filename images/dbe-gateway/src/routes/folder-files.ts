import { lstat, readdir } from "node:fs/promises";
import { IDENTITY_FILE, MAX_IDENTITY_BYTES } from "../../../runtime/dbe/local/folder-identity.ts";
import { readBounded } from "../../../runtime/watch/bounded-file.ts";
import type { Texts } from "../../../runtime/watch/watched.ts";

const CONTAINER = /^[a-z0-9][a-z0-9_.-]{0,127}$/;
const STICKY = 0o1000;
const WRITABLE_BY_OTHERS = 0o022;

/**
 * Texts of the identity.json in each container's folder below `dir`. A container writes into its folder, so what says who
 * it is must be out of its reach: the file must belong to `owner` and be writable by nobody else, and so must the folder,
 * or it must be sticky, so that the file cannot be put aside.
 */
export async function readFolders(dir: string, owner: number): Promise<Texts> {
  const texts = new Map<string, string | Error>();
  for (const name of (await readdir(dir)).sort()) {
    if (!CONTAINER.test(name)) continue;
    const text = await readIdentity(`${dir}/${name}`, owner).catch((error: Error) => error);
    if (text !== undefined) texts.set(name, text);
  }
  return texts;
}

async function readIdentity(folder: string, owner: number): Promise<string | undefined> {
  const path = `${folder}/${IDENTITY_FILE}`;
  const [around, file] = await Promise.all([present(folder), present(path)]);
  if (!around?.isDirectory() || !file) return undefined;
  if (!file.isFile()) throw new Error("identity.json is no regular file");
  const remedy = "`dsmil up` sets it right";
  if (file.uid !== owner || (file.mode & WRITABLE_BY_OTHERS) !== 0) {
    throw new Error(
      `identity.json is not the deployer's alone (user ${file.uid}, mode ${octal(file.mode)}); ${remedy}`,
    );
  }
  if (around.uid !== owner || ((around.mode & WRITABLE_BY_OTHERS) !== 0 && (around.mode & STICKY) === 0)) {
    throw new Error(
      `the folder lets identity.json be replaced (user ${around.uid}, mode ${octal(around.mode)}); ${remedy}`,
    );
  }
  return readBounded(path, MAX_IDENTITY_BYTES);
}

async function present(path: string) {
  return lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
}

const octal = (mode: number): string => (mode & 0o7777).toString(8);
