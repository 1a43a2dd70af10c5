import { gunzipSync } from "node:zlib";

const BLOCK = 512;
const MAX_BYTES = 64 * 1024 * 1024;

/** A file of a gzipped tar archive (POSIX ustar); undefined where there is none of the name. */
export function fileInArchive(archive: Uint8Array, name: string): Buffer | undefined {
  const tar = gunzipSync(archive, { maxOutputLength: MAX_BYTES });
  for (let at = 0; at + BLOCK <= tar.length; ) {
    const path = text(tar, at, 100);
    if (path === "") return undefined;
    const size = Number.parseInt(text(tar, at + 124, 12), 8);
    if (!Number.isSafeInteger(size)) throw new Error("no tar archive");
    if (path === name) return Buffer.from(tar.subarray(at + BLOCK, at + BLOCK + size));
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return undefined;
}

/** A field, up to its zero byte. */
function text(tar: Buffer, at: number, length: number): string {
  return tar
    .toString("utf8", at, at + length)
    .replace(/\0[\s\S]*$/, "")
    .trim();
}
