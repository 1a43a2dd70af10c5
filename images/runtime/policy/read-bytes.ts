import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { PolicyError } from "./policy-error.ts";

/**
 * The content of a regular file of at most `limit` bytes.
 * @param absent what it is when the file is not there
 * @throws PolicyError `malformed` or `absent`
 */
export async function readBytes(
  file: string,
  limit: number,
  absent: "missing" | "incomplete" = "missing",
): Promise<Buffer> {
  const handle = await opened(file, absent);
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new PolicyError("malformed", `${file} is no regular file`);
    if (stat.size > limit) throw new PolicyError("malformed", `${file} has more than ${limit} bytes`);
    // One more than there should be, which shows a file that grows meanwhile.
    const buffer = Buffer.alloc(stat.size + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < buffer.length; length += read) {
      read = (await handle.read(buffer, length, buffer.length - length, length)).bytesRead;
    }
    if (length !== stat.size) throw new PolicyError("malformed", `${file} changed while it was read`);
    return buffer.subarray(0, length);
  } finally {
    await handle.close();
  }
}

async function opened(file: string, absent: "missing" | "incomplete"): Promise<FileHandle> {
  try {
    // Not blocking: a pipe laid in the file's place must not hold the service up.
    return await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code = "unreadable" } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new PolicyError(absent, `${file} is missing; lay it again with \`dsmil up\``);
    throw new PolicyError("malformed", `${file} cannot be read: ${code}`);
  }
}
