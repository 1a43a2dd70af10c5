import { basename } from "node:path/posix";
import type { Feed, Tenant } from "../model/types.ts";

/** Where a feed's file is beside the list, and its digest. */
export interface LaidFeed {
  readonly file: string;
  readonly sha256: string;
}

/** feeds.json of a tenant; its block and its files alone decide it. */
export function renderFeeds(
  { prefix, feeds }: Tenant,
  laid: (feed: Feed & { kind: "stix" | "csv" }) => LaidFeed,
): string {
  return `${JSON.stringify({ tenant: prefix, feeds: feeds.map((feed) => entry(feed, laid)) }, null, 2)}\n`;
}

function entry(feed: Feed, laid: (feed: Feed & { kind: "stix" | "csv" }) => LaidFeed) {
  const { id, kind, confidence } = feed;
  if (feed.kind !== "taxii") return { id, kind, confidence, ...laid(feed) };
  const { url, everySeconds, tokenFile, caFile } = feed;
  return {
    ...{ id, kind, confidence, url, every_seconds: everySeconds },
    ...(tokenFile !== undefined && { token: basename(tokenFile) }),
    ...(caFile !== undefined && { ca: basename(caFile) }),
  };
}
