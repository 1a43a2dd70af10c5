import { Backoff } from "../../../runtime/backoff.ts";
import type { CheckResult } from "../../../runtime/health.ts";
import { type Load, ROOM, roomBeside } from "../../../runtime/intel/load.ts";
import type { ParsedFeed } from "../../../runtime/intel/parsed-feed.ts";
import type { Log } from "../../../runtime/log.ts";
import { pause } from "../../../runtime/pause.ts";
import { readBounded } from "../../../runtime/watch/bounded-file.ts";
import { readFeedFile, UnsoundFeed } from "./feed-file.ts";
import { type FeedEntry, readFeedList, type TaxiiFeed } from "./feed-list.ts";
import { IndicatorSet } from "./indicator-set.ts";
import { TaxiiCollection } from "./taxii.ts";

export interface FeedsOptions {
  /** Folder with feeds.json and the files that it names. */
  readonly dir: string;
  /** Folder with tokens and authorities for TAXII servers. */
  readonly accessDir: string;
  readonly tenant: string;
  /** Time between two looks, milliseconds. */
  readonly everyMs: number;
  /** Time from the first look to the first poll of a collection, milliseconds: a service that a collection ends must not do nothing else. */
  readonly firstPollMs: number;
  readonly log: Log;
}

/** A feed as GET /v1/feeds shows it. */
export interface FeedState {
  readonly id: string;
  readonly kind: FeedEntry["kind"];
  readonly indicators: number;
  /** RFC 3339; null while it was never read. */
  readonly updated: string | null;
  /** What was not understood, by name, and how often. */
  readonly skipped: Readonly<Record<string, number>>;
  /** Why it is not as it should be; null where it is. What was read last counts all the same. */
  readonly problem: string | null;
}

/** Longest list, bytes. */
const MAX_LIST_BYTES = 64 * 1024;
/** Pauses after a TAXII server did not answer, ms. */
const RETRY_MS = { first: 5000, most: 3_600_000 } as const;

interface Feed {
  readonly entry: FeedEntry;
  readonly known: string;
  parsed: ParsedFeed | undefined;
  updated: number | undefined;
  problem: string | undefined;
  /** Not read again until something else is laid. */
  unsound: boolean;
}

interface Polled {
  readonly collection: TaxiiCollection;
  readonly backoff: Backoff;
  readonly stop: AbortController;
  next: number;
}

/**
 * The feeds of a tenant as they are now. Files are watched at a fixed pace; collections are polled. A feed that is broken or
 * away leaves what was read last in force, and shows.
 */
export class Feeds {
  private readonly options: FeedsOptions;
  private feeds = new Map<string, Feed>();
  private readonly polled = new Map<string, Polled>();
  private pollFrom: number | undefined;
  private polling = false;
  private listed: string | undefined;
  private listProblem: string | undefined = "not read yet";
  private current = new IndicatorSet([]);

  constructor(options: FeedsOptions) {
    this.options = options;
  }

  /** All indicators of all feeds. */
  get indicators(): IndicatorSet {
    return this.current;
  }

  /** What is wrong with the list itself; undefined where it was read. */
  get listTrouble(): string | undefined {
    return this.listProblem;
  }

  get states(): readonly FeedState[] {
    return [...this.feeds.values()].map(({ entry: { id, kind }, parsed, updated, problem }) => ({
      ...{ id, kind, indicators: parsed?.indicators.length ?? 0 },
      updated: updated === undefined ? null : new Date(updated).toISOString(),
      skipped: parsed?.skipped ?? {},
      problem: problem ?? null,
    }));
  }

  /** For /health. */
  check(): CheckResult {
    if (this.listProblem !== undefined) return { value: `feeds.json ${this.listProblem}`, ok: false };
    const broken = [...this.feeds.values()].find(({ problem }) => problem !== undefined);
    if (broken) return { value: `${broken.entry.id}: ${broken.problem}`, ok: false };
    return { value: `${this.current.size} indicators of ${this.feeds.size} feeds`, ok: true };
  }

  /** Looks until `signal` aborts; never throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look(signal);
      await pause(this.options.everyMs, signal);
    }
    for (const { stop } of this.polled.values()) stop.abort();
  }

  /** Looks once at the list and the files; begins the poll that is due longest and does not wait for it. Never throws. */
  async look(signal: AbortSignal, now = Date.now()): Promise<void> {
    await this.readList();
    this.pollFrom ??= now + this.options.firstPollMs;
    for (const feed of this.feeds.values()) {
      const read = feed.parsed !== undefined && feed.problem === undefined;
      if (feed.entry.kind !== "taxii" && !read) await this.readFile(feed);
    }
    // One at a time: what all of them hold while they poll must have room, too.
    if (!this.polling) this.poll(signal, now);
  }

  private async readList(): Promise<void> {
    const { dir, tenant, log } = this.options;
    try {
      const text = await readBounded(`${dir}/feeds.json`, MAX_LIST_BYTES);
      if (text === undefined) throw new Error("is missing");
      if (text !== this.listed) this.adopt(readFeedList(text, tenant));
      this.listed = text;
      this.listProblem = undefined;
    } catch (error) {
      const { message } = error as Error;
      if (message !== this.listProblem) log.error({ reason: message }, "feeds.json not read; feeds stay as they are");
      this.listProblem = message;
      this.listed = undefined;
    }
  }

  /** A feed that changed keeps what was read of it until its new file was. */
  private adopt(entries: readonly FeedEntry[]): void {
    const feeds = new Map<string, Feed>();
    for (const entry of entries) {
      const known = JSON.stringify(entry);
      const before = this.feeds.get(entry.id);
      if (before?.known === known) feeds.set(entry.id, before);
      else {
        const same = before?.entry.kind === entry.kind ? before : undefined;
        // Not read yet is a problem: it is read at the same look.
        const { parsed, updated } = same ?? {};
        feeds.set(entry.id, { entry, known, parsed, updated, problem: "not read yet", unsound: false });
        this.forget(entry.id);
      }
    }
    for (const id of this.feeds.keys()) if (!feeds.has(id)) this.forget(id);
    this.feeds = feeds;
    this.rebuild();
  }

  private forget(id: string): void {
    this.polled.get(id)?.stop.abort();
    this.polled.delete(id);
  }

  private async readFile(feed: Feed): Promise<void> {
    if (feed.entry.kind === "taxii" || feed.unsound) return;
    try {
      this.take(feed, await readFeedFile(this.options.dir, feed.entry, this.roomFor(feed)));
    } catch (error) {
      feed.unsound = error instanceof UnsoundFeed;
      this.troubled(feed, (error as Error).message);
    }
  }

  private poll(signal: AbortSignal, now: number): void {
    const collections = [...this.feeds.values()].flatMap((feed) => {
      return feed.entry.kind === "taxii" ? [{ feed, entry: feed.entry, polled: this.polledOf(feed.entry, now) }] : [];
    });
    const [due] = collections.sort((a, b) => a.polled.next - b.polled.next);
    if (!due || now < due.polled.next) return;
    this.polling = true;
    const { feed, entry, polled } = due;
    const { collection, backoff, stop } = polled;
    collection
      .poll(AbortSignal.any([signal, stop.signal]), this.roomFor(feed))
      .then((parsed) => {
        if (stop.signal.aborted) return;
        this.take(feed, parsed);
        backoff.succeeded();
        polled.next = Date.now() + entry.everySeconds * 1000;
      })
      .catch((error: Error) => {
        if (stop.signal.aborted || signal.aborted) return;
        this.troubled(feed, error.message);
        polled.next = Date.now() + Math.max(backoff.failed(), 1000);
      })
      .finally(() => {
        this.polling = false;
      });
  }

  private polledOf(entry: TaxiiFeed, now: number): Polled {
    const polled = this.polled.get(entry.id) ?? {
      collection: new TaxiiCollection(entry, this.options.accessDir),
      backoff: new Backoff(RETRY_MS.first, RETRY_MS.most),
      stop: new AbortController(),
      next: Math.max(now, this.pollFrom ?? now),
    };
    this.polled.set(entry.id, polled);
    return polled;
  }

  /** What a feed may take beside the others. */
  private roomFor(feed: Feed): Load {
    return roomBeside(
      [...this.feeds.values()].flatMap((one) => (one === feed || !one.parsed ? [] : [one.parsed.load])),
    );
  }

  private take(feed: Feed, parsed: ParsedFeed): void {
    const { indicators, characters } = this.roomFor(feed);
    if (parsed.load.indicators > indicators || parsed.load.characters > characters) {
      throw new UnsoundFeed(
        `would make more than ${ROOM.indicators} indicators of all feeds together, or too long ones`,
      );
    }
    feed.parsed = parsed;
    feed.updated = Date.now();
    feed.problem = undefined;
    this.rebuild();
    const { id } = feed.entry;
    this.options.log.info({ feed: id, indicators: parsed.indicators.length, skipped: parsed.skipped }, "feed read");
  }

  private troubled(feed: Feed, message: string): void {
    const { entry, problem } = feed;
    if (problem !== message) {
      this.options.log.error({ feed: entry.id, reason: message }, "feed not read; what was read last stays in force");
    }
    feed.problem = message;
  }

  private rebuild(): void {
    this.current = new IndicatorSet([...this.feeds.values()].map(({ parsed }) => parsed?.indicators ?? []));
  }
}
