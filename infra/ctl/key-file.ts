import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { CtlError } from "./ctl-error.ts";

/** Longest key or token, characters; one more byte of a file may end its line. */
const MOST = 8192;
const KEY = /^[\x21-\x7e]{1,8192}$/;

/**
 * A tenant's API key, or token, from a file that its owner alone may read: neither arguments nor the environment of a process
 * are secret.
 * @throws CtlError that never repeats what the file holds
 */
export function readKeyFile(path: string): string {
  const content = read(path).trim();
  if (KEY.test(content)) return content;
  throw new CtlError(`${path} does not hold one key`, "write the key alone, as `bin/dsmil tenant key` prints it");
}

function read(path: string): string {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    throw new CtlError(`${path} cannot be read: ${(error as Error).message}`, "name the file that has the key");
  }
  try {
    const { mode, size } = fstatSync(file);
    if ((mode & 0o077) !== 0) throw new CtlError(`others may read the key ${path}`, `chmod 600 ${path}`);
    const isFile = (mode & 0o170000) === 0o100000;
    if (!isFile || size > MOST + 2)
      throw new CtlError(`${path} is no file with a key`, "name the file that has the key");
    const buffer = Buffer.alloc(size);
    return buffer.toString("utf8", 0, readSync(file, buffer, 0, size, 0));
  } finally {
    closeSync(file);
  }
}
