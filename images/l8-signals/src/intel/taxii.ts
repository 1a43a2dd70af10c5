import type { FeedIndicator } from "../../../runtime/intel/indicator.ts";
import { FeedCollector, MOST_INDICATORS, type ParsedFeed } from "../../../runtime/intel/parsed-feed.ts";
import { readStixIndicator } from "../../../runtime/intel/stix.ts";
import { jsonObject } from "../../../runtime/json-object.ts";
import { toUtc } from "../../../runtime/timestamp.ts";
import { readBounded } from "../../../runtime/watch/bounded-file.ts";
import type { TaxiiFeed } from "./feed-list.ts";
import { type HttpsAnswer, httpsGet } from "./https-get.ts";

const MEDIA_TYPE = "application/taxii+json;version=2.1";
/** Of one answer, bytes and ms; answers of one poll, objects asked for in one, and ms of all together. */
const LIMITS = { bytes: 8 * 1024 * 1024, ms: 15_000, pages: 200, perPage: 1000, pollMs: 300_000 } as const;

/**
 * A collection of a TAXII 2.1 server: asks for what was added since the last time, page by page, and keeps what is still in
 * force. Objects are known by their ids, so that a later version takes the place of an earlier one, and a revoked one goes.
 */
export class TaxiiCollection {
  private readonly feed: TaxiiFeed;
  private readonly folder: string;
  private objects = new Map<string, { readonly version: string; readonly indicators: readonly FeedIndicator[] }>();
  private skipped = new Map<string, number>();
  private addedAfter: string | undefined;

  /** @param folder with the token and the authority that the feed names */
  constructor(feed: TaxiiFeed, folder: string) {
    this.feed = feed;
    this.folder = folder;
  }

  /**
   * Polls once; what was taken in counts only when all pages were.
   * @throws Error when the server does not answer as it should, or sends more than can be held
   */
  async poll(signal: AbortSignal): Promise<ParsedFeed> {
    const within = AbortSignal.any([signal, AbortSignal.timeout(LIMITS.pollMs)]);
    const access = await this.access();
    const objects = new Map(this.objects);
    const skipped = new Map(this.skipped);
    let last = this.addedAfter;
    let next: string | undefined;
    for (let page = 0; ; page++) {
      if (page === LIMITS.pages) throw new Error(`has more than ${LIMITS.pages} pages`);
      const answer = await this.page(next, access, within);
      for (const object of answer.objects) this.take(object, objects, skipped);
      if (objects.size > MOST_INDICATORS) throw new Error(`has more than ${MOST_INDICATORS} indicators`);
      last = answer.addedLast ?? last;
      if (!answer.more) break;
      if (answer.next === undefined || answer.next === next) throw new Error("says that there is more, and not where");
      next = answer.next;
    }
    const parsed = collected(objects, skipped, Date.now());
    this.objects = objects;
    this.skipped = skipped;
    this.addedAfter = last;
    return parsed;
  }

  private take(
    object: unknown,
    objects: Map<string, { readonly version: string; readonly indicators: readonly FeedIndicator[] }>,
    skipped: Map<string, number>,
  ): void {
    const { id: given, feed } = { id: (object as { readonly id?: unknown } | null)?.id, feed: this.feed };
    const read = readStixIndicator(object, { feed: feed.id, confidence: feed.confidence });
    const id = typeof given === "string" && given.length <= 128 ? given : undefined;
    const modified = (object as { readonly modified?: unknown } | null)?.modified;
    const version = typeof modified === "string" ? (toUtc(modified) ?? "") : "";
    for (const name of "skipped" in read ? [read.skipped] : read.wrong) {
      if (skipped.has(name) || skipped.size < 64) skipped.set(name, (skipped.get(name) ?? 0) + 1);
    }
    if (id === undefined || (objects.get(id)?.version ?? "") > version) return;
    if ("skipped" in read) objects.delete(id);
    else if (read.indicators.length > 0) objects.set(id, { version, indicators: read.indicators });
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
  ): Promise<{ objects: readonly unknown[]; more: boolean; next?: string; addedLast?: string }> {
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
  const envelope = jsonObject(text);
  const { objects = [], more = false, next } = envelope ?? {};
  if (!envelope || !Array.isArray(objects) || typeof more !== "boolean") throw new Error("answers with no envelope");
  // RFC 3339 with microseconds: given back as it is, since a rounded time would lose or repeat objects.
  const last = headers["x-taxii-date-added-last"];
  return {
    objects: objects as readonly unknown[],
    more,
    ...(typeof next === "string" && next.length <= 2048 && { next }),
    ...(typeof last === "string" && last.length <= 40 && toUtc(last) !== undefined && { addedLast: last }),
  };
}

/** What is in force or will be; what has ended is let go of. */
function collected(
  objects: Map<string, { readonly indicators: readonly FeedIndicator[] }>,
  skipped: ReadonlyMap<string, number>,
  now: number,
): ParsedFeed {
  const collector = new FeedCollector();
  for (const [id, { indicators }] of objects) {
    if (indicators.every(({ until }) => until !== undefined && until <= now)) objects.delete(id);
    else for (const one of indicators) collector.add(one);
  }
  return { indicators: collector.parsed.indicators, skipped: Object.fromEntries(skipped) };
}
