import { type Address, prefix, readAddress, readCidr } from "../../../runtime/intel/cidr.ts";
import type { FeedIndicator, IntelType } from "../../../runtime/intel/indicator.ts";
import { folded } from "../../../runtime/soc/enrichment.ts";
import { type Fields, INDICATOR_FIELDS } from "../../../runtime/soc/sighting.ts";

/** An indicator of a feed that an event has. */
export interface IntelHit {
  readonly indicator: FeedIndicator;
  /** The event's field and what it holds. */
  readonly field: string;
  readonly value: string;
}

/** Hits of one event at most; the surest count. */
export const MOST_HITS = 16;

type Bucket = FeedIndicator[];

/**
 * All indicators of all feeds, as maps: looking one up takes the same time however many there are. Networks stand in a map
 * for each length of prefix that occurs; a name is also looked for as a name below each of its parents.
 */
export class IndicatorSet {
  /** How many it holds. */
  readonly size: number;
  private readonly exact: Readonly<Record<Exclude<IntelType, "ip">, Map<string, Bucket>>> = {
    domain: new Map(),
    user: new Map(),
    hash: new Map(),
  };
  private readonly networks: Readonly<Record<4 | 6, Map<number, Map<number | bigint, Bucket>>>> = {
    4: new Map(),
    6: new Map(),
  };

  constructor(feeds: readonly (readonly FeedIndicator[])[]) {
    let size = 0;
    for (const feed of feeds) {
      for (const indicator of feed) this.add(indicator);
      size += feed.length;
    }
    this.size = size;
  }

  /** What of an event's fields is an indicator that counts at `now`, each once, the surest first. */
  match(fields: Fields, now: number): readonly IntelHit[] {
    if (this.size === 0) return [];
    const hits = new Map<FeedIndicator, IntelHit>();
    for (const field of INDICATOR_FIELDS.ip) {
      const text = fields[field];
      const address = typeof text === "string" ? readAddress(text) : undefined;
      if (address) this.inNetworks(address, { field, value: text as string }, now, hits);
    }
    for (const type of ["domain", "user", "hash"] as const) {
      for (const field of INDICATOR_FIELDS[type]) {
        const text = fields[field];
        if (typeof text !== "string" || text === "") continue;
        const value = type === "domain" ? folded(text).replace(/\.$/, "") : folded(text);
        keep(this.exact[type].get(value), { field, value }, now, hits);
        if (type === "domain") this.below(value, field, now, hits);
      }
    }
    if (hits.size <= 1) return [...hits.values()];
    return [...hits.values()].sort((a, b) => b.indicator.confidence - a.indicator.confidence).slice(0, MOST_HITS);
  }

  private inNetworks(
    address: Address,
    seen: Pick<IntelHit, "field" | "value">,
    now: number,
    hits: Map<FeedIndicator, IntelHit>,
  ): void {
    for (const [bits, table] of this.networks[address.family]) {
      keep(table.get(prefix(address, bits)), seen, now, hits);
    }
  }

  /** `a.b.example` is below `*.b.example` and `*.example`. */
  private below(value: string, field: string, now: number, hits: Map<FeedIndicator, IntelHit>): void {
    for (let dot = value.indexOf("."); dot >= 0; dot = value.indexOf(".", dot + 1)) {
      keep(this.exact.domain.get(`*${value.slice(dot)}`), { field, value }, now, hits);
    }
  }

  private add(indicator: FeedIndicator): void {
    const { type, value } = indicator;
    const cidr = type === "ip" ? readCidr(value) : undefined;
    if (type !== "ip") put(this.exact[type], value, indicator);
    if (!cidr) return;
    const tables = this.networks[cidr.family];
    const table = tables.get(cidr.bits) ?? new Map<number | bigint, Bucket>();
    tables.set(cidr.bits, table);
    put(table, cidr.key, indicator);
  }
}

function put<K>(table: Map<K, Bucket>, key: K, indicator: FeedIndicator): void {
  const bucket = table.get(key);
  if (bucket) bucket.push(indicator);
  else table.set(key, [indicator]);
}

function keep(
  bucket: Bucket | undefined,
  seen: Pick<IntelHit, "field" | "value">,
  now: number,
  hits: Map<FeedIndicator, IntelHit>,
): void {
  for (const indicator of bucket ?? []) {
    const { from = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = indicator;
    if (now >= from && now < until && !hits.has(indicator)) hits.set(indicator, { indicator, ...seen });
  }
}
