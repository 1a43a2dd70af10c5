import { open } from "node:fs/promises";

/**
 * The text of a file of at most `limit` bytes; undefined when there is none.
 * @throws Error naming what is wrong
 */
export async function readBounded(path: string, limit: number): Promise<string | undefined> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(path, "r");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new Error(`cannot be read: ${code ?? "unreadable"}`);
  }
  try {
    const buffer = Buffer.alloc(limit + 1);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    if (bytesRead > limit) throw new Error(`is longer than ${limit} bytes`);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await handle.close();
  }
}
