import { hasTooManyValues, MOST_VALUES } from "../../../runtime/intel/json-values.ts";
import { type Load, ROOM } from "../../../runtime/intel/load.ts";
import { ownText } from "../../../runtime/intel/own-text.ts";
import { FeedCollector, type ParsedFeed } from "../../../runtime/intel/parsed-feed.ts";
import { readStixIndicator } from "../../../runtime/intel/stix.ts";
import { jsonObject } from "../../../runtime/json-object.ts";
import { toUtc } from "../../../runtime/timestamp.ts";
import { readBounded } from "../../../runtime/watch/bounded-file.ts";
import type { TaxiiFeed } from "./feed-list.ts";
import { HeldObjects } from "./held-objects.ts";
import { type HttpsAnswer, httpsGet } from "./https-get.ts";

const MEDIA_TYPE = "application/taxii+json;version=2.1";
/** Of one answer, bytes and ms; of one poll, answers and bytes and ms of all together; objects that are asked for in one. */
const LIMITS = {
  ...{ bytes: 4 * 1024 * 1024, ms: 15_000, perPage: 500 },
  ...{ pages: 200, pollBytes: 64 * 1024 * 1024, pollMs: 300_000 },
} as const;
/** Kinds of what was not understood that are named. */
const MOST_NAMES = 64;

/**
 * A collection of a TAXII 2.1 server: asks for what was added since the last time, page by page, and keeps what is still in
 * force. Objects are known by their ids, so that a later version takes the place of an earlier one, and a revoked one goes.
 */
export class TaxiiCollection {
  private readonly feed: TaxiiFeed;
  private readonly folder: string;
  private objects = HeldObjects.none(ROOM);
  private skipped = new Map<string, number>();
  private addedAfter: string | undefined;

  /** @param folder with the token and the authority that the feed names */
  constructor(feed: TaxiiFeed, folder: string) {
    this.feed = feed;
    this.folder = folder;
  }

  /**
   * Polls once; what was taken in counts only when all pages were.
   * @param room what it may take
   * @throws Error when the server does not answer as it should, or sends more than there is room for
   */
  async poll(signal: AbortSignal, room: Load = ROOM): Promise<ParsedFeed> {
    const within = AbortSignal.any([signal, AbortSignal.timeout(LIMITS.pollMs)]);
    const access = await this.access();
    const objects = this.objects.copy(room, Date.now());
    const skipped = new Map(this.skipped);
    let last = this.addedAfter;
    let next: string | undefined;
    let bytes = 0;
    for (let page = 0; ; page++) {
      if (page === LIMITS.pages) throw new Error(`has more than ${LIMITS.pages} pages`);
      const answer = await this.page(next, access, within);
      bytes += answer.bytes;
      if (bytes > LIMITS.pollBytes) throw new Error(`sends more than ${LIMITS.pollBytes} bytes`);
      for (const object of answer.objects) this.take(object, objects, skipped);
      last = answer.addedLast ?? last;
      if (!answer.more) break;
      if (answer.next === undefined || answer.next === next) throw new Error("says that there is more, and not where");
      next = answer.next;
    }
    const collector = new FeedCollector(room);
    for (const one of objects.indicators()) collector.add(one);
    this.objects = objects;
    this.skipped = skipped;
    this.addedAfter = last;
    const { indicators } = collector.parsed;
    return { indicators, skipped: Object.fromEntries(skipped), load: objects.load };
  }

  private take(object: unknown, objects: HeldObjects, skipped: Map<string, number>): void {
    const { id: given, modified } = (object ?? {}) as { readonly id?: unknown; readonly modified?: unknown };
    const { id: feed, confidence } = this.feed;
    const read = readStixIndicator(object, { feed, confidence });
    const id = typeof given === "string" && given.length <= 128 ? given : undefined;
    const version = typeof modified === "string" ? (toUtc(modified) ?? "") : "";
    for (const name of "skipped" in read ? [read.skipped] : read.wrong) {
      const before = skipped.get(name);
      if (before !== undefined) skipped.set(name, before + 1);
      else if (skipped.size < MOST_NAMES) skipped.set(ownText(name), 1);
    }
    if (id === undefined || objects.hasLater(id, version)) return;
    if ("skipped" in read) objects.drop(id);
    else objects.put(id, version, read.indicators, Date.now());
  }

  /** Token and authority as they are now: both may be replaced while we run. */
  private async access(): Promise<{ readonly ca?: string; readonly headers: Readonly<Record<string, string>> }> {
    const read = async (name: string, what: string): Promise<string> => {
      const text = await readBounded(`${this.folder}/${name}`, 64 * 1024).catch((error: Error) => error);
      if (typeof text === "string" && text.trim() !== "") return text;
      throw new Error(`its ${what} ${name} ${text instanceof Error ? text.message : "is missing or empty"}`);
    };
    const { token, ca } = this.feed;
    const bearer = token === undefined ? undefined : (await read(token, "token")).trim();
    if (bearer !== undefined && !/^[\x21-\x7e]{1,8192}$/.test(bearer)) throw new Error("its token file holds no token");
    return {
      ...(ca !== undefined && { ca: await read(ca, "authority") }),
      headers: { accept: MEDIA_TYPE, ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }) },
    };
  }

  private async page(
    next: string | undefined,
    access: { readonly ca?: string; readonly headers: Readonly<Record<string, string>> },
    signal: AbortSignal,
  ): Promise<{ objects: readonly unknown[]; bytes: number; more: boolean; next?: string; addedLast?: string }> {
    const url = new URL("objects/", this.feed.url);
    url.searchParams.set("match[type]", "indicator");
    url.searchParams.set("limit", String(LIMITS.perPage));
    if (this.addedAfter !== undefined) url.searchParams.set("added_after", this.addedAfter);
    if (next !== undefined) url.searchParams.set("next", next);
    return readPage(await httpsGet(url, { ...access, most: LIMITS.bytes, timeoutMs: LIMITS.ms, signal }));
  }
}

function readPage({ status, headers, text }: HttpsAnswer) {
  if (status !== 200) throw new Error(`answers with status ${status}`);
  const type = String(headers["content-type"] ?? "");
  if (!type.startsWith("application/taxii+json")) throw new Error(`answers with ${type.slice(0, 64) || "no type"}`);
  if (hasTooManyValues(text, MOST_VALUES.page))
    throw new Error(`sends more than ${MOST_VALUES.page} values and keys of JSON in one page`);
  const envelope = jsonObject(text);
  const { objects = [], more = false, next } = envelope ?? {};
  if (!envelope || !Array.isArray(objects) || typeof more !== "boolean") throw new Error("answers with no envelope");
  if (objects.length > LIMITS.perPage)
    throw new Error(`sends more than the ${LIMITS.perPage} objects a page that were asked for`);
  // RFC 3339 with microseconds: given back as it is, since a rounded time would lose or repeat objects.
  const last = headers["x-taxii-date-added-last"];
  return {
    objects: objects as readonly unknown[],
    bytes: Buffer.byteLength(text),
    more,
    ...(typeof next === "string" && next.length <= 2048 && { next }),
    ...(typeof last === "string" && last.length <= 40 && toUtc(last) !== undefined && { addedLast: last }),
  };
}
