import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { KeyError } from "./key-error.ts";

/**
 * Reads a file that only its owner may touch: this process's user, or root.
 * @param what for messages: `the node's key`
 * @param limit longest content accepted, bytes
 * @throws KeyError `missing`, `permissions` or `malformed`, naming the file and what to type
 */
export async function readGuarded(file: string, what: string, limit: number): Promise<Buffer> {
  const handle = await opened(file, what);
  try {
    // Everything is asked of the open file: the name may be given to another one meanwhile.
    const stat = await handle.stat();
    const { mode, uid, size } = stat;
    if (!stat.isFile()) throw new KeyError("malformed", `${what} ${file} is no regular file; remove it`);
    const access = (mode & 0o777).toString(8).padStart(4, "0");
    if ((mode & 0o077) !== 0) {
      throw new KeyError("permissions", `${what} ${file} has mode ${access}, open to others; run: chmod 0400 ${file}`);
    }
    const own = process.geteuid?.() ?? 0;
    if (uid !== own && uid !== 0) {
      throw new KeyError("permissions", `${what} ${file} belongs to user ${uid}; run: chown ${own} ${file}`);
    }
    if (size > limit) {
      throw new KeyError("malformed", `${what} ${file} has ${size} bytes where at most ${limit} are expected`);
    }
    const buffer = Buffer.alloc(limit + 1);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    const content = Buffer.from(buffer.subarray(0, bytesRead));
    buffer.fill(0);
    if (bytesRead > limit) throw new KeyError("malformed", `${what} ${file} grew while it was read; start again`);
    return content;
  } finally {
    await handle.close();
  }
}

async function opened(file: string, what: string): Promise<FileHandle> {
  try {
    // Not blocking: a pipe laid in the file's place must not hold the start up.
    return await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw new KeyError("missing", `${what} ${file} is missing; lay it again with: dsmil up`, error);
    }
    if (code === "EACCES" || code === "EPERM") {
      const user = process.geteuid?.() ?? 0;
      const remedy = `run: chown ${user} ${file} && chmod 0400 ${file}`;
      throw new KeyError("permissions", `${what} ${file} cannot be read by user ${user}; ${remedy}`, error);
    }
    if (code === "ELOOP")
      throw new KeyError("malformed", `${what} ${file} is a link; lay the file itself there`, error);
    throw new KeyError("malformed", `${what} ${file} cannot be read: ${code ?? String(error)}`, error);
  }
}
