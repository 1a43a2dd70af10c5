import { createHash } from "node:crypto";
import type { Load } from "../../../runtime/intel/load.ts";
import type { ParsedFeed } from "../../../runtime/intel/parsed-feed.ts";
import { parseStix } from "../../../runtime/intel/stix.ts";
import { readBounded } from "../../../runtime/watch/bounded-file.ts";
import { parseCsv } from "./csv.ts";
import type { FileFeed } from "./feed-list.ts";

/** Largest file of a feed, bytes. */
const MAX_FEED_BYTES = 8 * 1024 * 1024;

/** A feed that can only be used when something else is laid. */
export class UnsoundFeed extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UnsoundFeed";
  }
}

/**
 * Reads the file of a feed, which must be the one that the list names.
 * @param room what it may take
 * @throws UnsoundFeed where it is that one and cannot be understood, Error where it cannot be read now
 */
export async function readFeedFile(
  folder: string,
  { id, kind, file, sha256, confidence }: FileFeed,
  room: Load,
): Promise<ParsedFeed> {
  const text = await readBounded(`${folder}/${file}`, MAX_FEED_BYTES);
  if (text === undefined) throw new Error("its file is missing");
  if (createHash("sha256").update(text).digest("hex") !== sha256)
    throw new Error("its file is not the one that was laid");
  try {
    return (kind === "csv" ? parseCsv : parseStix)(text, { feed: id, confidence }, room);
  } catch (error) {
    throw new UnsoundFeed((error as Error).message);
  }
}
