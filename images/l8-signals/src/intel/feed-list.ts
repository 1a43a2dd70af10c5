import { Fields } from "../../../runtime/fields.ts";

/** A feed whose file lies beside the list. */
export interface FileFeed {
  readonly id: string;
  readonly kind: "stix" | "csv";
  /** Name of the file. */
  readonly file: string;
  /** Of the file, hex: what the deployer laid. */
  readonly sha256: string;
  /** Of indicators that say none, 0 to 100. */
  readonly confidence: number;
}

/** A collection of a TAXII 2.1 server. */
export interface TaxiiFeed {
  readonly id: string;
  readonly kind: "taxii";
  /** `https://taxii.example/api/collections/<id>/` */
  readonly url: string;
  readonly everySeconds: number;
  /** Names of files in the folder of what the operator laid: the token, and the server's authority (PEM). */
  readonly token?: string;
  readonly ca?: string;
  readonly confidence: number;
}

export type FeedEntry = FileFeed | TaxiiFeed;

const ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,89}$/;
const MOST_FEEDS = 16;

/**
 * Reads feeds.json as the deployer lays it for one tenant.
 * @throws Error naming what is wrong, also where it is another tenant's
 */
export function readFeedList(text: string, tenant: string): readonly FeedEntry[] {
  const list = Fields.parse(text, ["tenant", "feeds"]);
  if (list.raw("tenant") !== tenant) throw new Error(`is not for ${tenant}`);
  const feeds = list.list("feeds", MOST_FEEDS).map(readEntry);
  const ids = new Set(feeds.map(({ id }) => id));
  if (ids.size < feeds.length) throw new Error("names a feed twice");
  return feeds;
}

function readEntry(value: unknown): FeedEntry {
  const keys = ["id", "kind", "file", "sha256", "url", "every_seconds", "token", "ca", "confidence"];
  const entry = Fields.of(value, "a feed", keys);
  const id = entry.text("id", ID);
  const kind = entry.text("kind", /^(?:stix|csv|taxii)$/) as FeedEntry["kind"];
  const confidence = entry.integer("confidence", 0, 100);
  if (kind !== "taxii") {
    return { id, kind, confidence, file: entry.text("file", NAME), sha256: entry.text("sha256", /^[0-9a-f]{64}$/) };
  }
  const url = entry.text("url", /^https:\/\/[^\s?#]{1,500}$/);
  if (URL.parse(url) === null) throw entry.wrong("url", "must be an https URL");
  return {
    ...{ id, kind, confidence, url: url.replace(/\/*$/, "/") },
    everySeconds: entry.integer("every_seconds", 1, 86_400),
    ...(entry.has("token") && { token: entry.text("token", NAME) }),
    ...(entry.has("ca") && { ca: entry.text("ca", NAME) }),
  };
}
