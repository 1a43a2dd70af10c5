import { type FileHandle, open } from "node:fs/promises";

/** Of a file whose size the kernel does not tell, as in /proc and /sys: what is read at first. */
const FIRST = 4096;

/**
 * The text of a file of at most `limit` bytes; undefined when there is none.
 * @throws Error naming what is wrong
 */
export async function readBounded(path: string, limit: number): Promise<string | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(path, "r");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new Error(`cannot be read: ${code ?? "unreadable"}`);
  }
  try {
    return await readAll(handle, limit);
  } finally {
    await handle.close();
  }
}

async function readAll(handle: FileHandle, limit: number): Promise<string> {
  // Not `limit` bytes for each: services look at small files every second, and a megabyte to clear is most of that work.
  const { size } = await handle.stat();
  let buffer = Buffer.allocUnsafe(Math.min(limit, size || FIRST) + 1);
  let length = 0;
  for (;;) {
    const room = buffer.length - length;
    const { bytesRead } = await handle.read(buffer, length, room, length);
    length += bytesRead;
    if (length > limit) throw new Error(`is longer than ${limit} bytes`);
    if (bytesRead === 0 || (size > 0 && bytesRead < room)) return buffer.toString("utf8", 0, length);
    if (length === buffer.length) {
      const larger = Buffer.allocUnsafe(Math.min(limit, 2 * length) + 1);
      buffer.copy(larger, 0, 0, length);
      buffer = larger;
    }
  }
}
