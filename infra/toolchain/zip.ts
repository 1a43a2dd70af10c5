import { inflateRawSync } from "node:zlib";

export interface ZipEntry {
  /** Path inside the archive, with `/`. */
  readonly name: string;
  read(): Buffer;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const STORED = 0;
const DEFLATED = 8;

/**
 * The files of a zip archive, for the plain archives of the Go module proxy (PKWARE APPNOTE 6.3, §4.3): no encryption,
 * no ZIP64, no parts.
 * @throws where the archive is something else
 */
export function zipEntries(archive: Buffer): ZipEntry[] {
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || archive.readUInt32LE(end) !== END) throw new Error("not a zip archive");
  const entries: ZipEntry[] = [];
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    if (archive.readUInt32LE(at) !== CENTRAL) throw new Error("the zip archive's directory is damaged");
    const nameLength = archive.readUInt16LE(at + 28);
    const name = archive.toString("utf8", at + 46, at + 46 + nameLength);
    const header = at;
    if (!name.endsWith("/")) entries.push({ name, read: () => content(archive, header, name) });
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return entries;
}

function content(archive: Buffer, header: number, name: string): Buffer {
  const method = archive.readUInt16LE(header + 10);
  const size = archive.readUInt32LE(header + 20);
  const local = archive.readUInt32LE(header + 42);
  if (archive.readUInt32LE(local) !== LOCAL) throw new Error(`${name}: the zip archive is damaged`);
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const packed = archive.subarray(start, start + size);
  if (method === STORED) return packed;
  if (method === DEFLATED) return inflateRawSync(packed);
  throw new Error(`${name}: compression method ${method} is not known`);
}
