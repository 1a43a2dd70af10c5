import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";

/** A file of a feed as it lies in the project. */
export interface FeedFile {
  readonly content: string;
  /** Hex, of the content as UTF-8. */
  readonly sha256: string;
}

/** Largest file of a feed, bytes; a service reads no more. */
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * Reads the file of a tenant's feed.
 * @param path `feeds/alpha.csv`
 * @throws Error when it is not there, too large or no text
 */
export function feedFile(root: string, path: string): FeedFile {
  const file = join(root, path);
  if (!existsSync(file)) throw new Error(`there is no ${path}; lay it there, or take the feed out of the manifest`);
  const { size } = statSync(file);
  if (size > MAX_BYTES) throw new Error(`${path} has ${size} bytes; a feed may have ${MAX_BYTES}`);
  const bytes = readFileSync(file);
  const content = bytes.toString("utf8");
  if (!Buffer.from(content).equals(bytes) || content.includes("\0")) throw new Error(`${path} is no text of UTF-8`);
  return { content, sha256: createHash("sha256").update(content).digest("hex") };
}

/** Name of a feed's file on a node: no feed's is that of the list. */
export const feedFileName = (id: string, path: string): string =>
  `feed-${id}${/\.[a-z0-9]+$/.exec(basename(path))?.[0] ?? ""}`;
