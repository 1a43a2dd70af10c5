import type pg from "pg";
import { archiveQuery } from "../../runtime/soc/archive-query.ts";
import { COALITION_LIMITS, type SeenIndicator, SHARED_KINDS, type SharedKind } from "../../runtime/soc/coalition.ts";

/** Facts of grave events that have the same ones. */
export interface Finding {
  readonly src_ip: string | null;
  readonly dest_ip: string | null;
  readonly domain: string | null;
  readonly sha256: string | null;
  readonly sha1: string | null;
  readonly md5: string | null;
  /** RFC 3339 in UTC with milliseconds. */
  readonly first: string;
  readonly last: string;
  /** 0 to 1, Layer 4's highest. */
  readonly confidence: number;
}

/** Ends are not within; ms since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Newest events that are looked at, and different findings that are told. */
const NEWEST = 50_000;
const MOST_FINDINGS = 20_000;
/** Facts that are shared, by kind. What a connection's handshake looks like (`ja3`) is no file's digest. */
const NAMES: Readonly<Record<SharedKind, readonly (keyof Finding)[]>> = {
  ip: ["src_ip", "dest_ip"],
  domain: ["domain"],
  hash: ["sha256", "sha1", "md5"],
};

const time = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** A fact as a column; a text that is longer than any indicator is none. */
const factOf = (name: string, shared: boolean): string =>
  `${shared ? `case when length(fields->>'${name}') <= 256 then fields->>'${name}' end` : "null::text"} as ${name}`;

/** Questions about indicators to the tenant's archive. Throws DbeError as `archiveQuery`. */
export class CoalitionArchive {
  private readonly pool: pg.Pool;
  private readonly schema: string;
  private readonly tenant: string;

  /** @param pool one that may not write, with a short statement timeout */
  constructor(pool: pg.Pool, schema: string, tenant: string) {
    this.pool = pool;
    this.schema = `"${schema.replaceAll('"', '""')}"`;
    this.tenant = tenant;
  }

  /**
   * What events of a span have that are HIGH or more and of a class other than BENIGN, newest first.
   * @param kinds facts of others are null
   * @param confidence of Layer 4, at least
   * @returns `whole`: whether the span has no more events than were looked at
   */
  async findings(
    { from, to }: Span,
    kinds: readonly SharedKind[],
    confidence: number,
  ): Promise<{ readonly findings: readonly Finding[]; readonly whole: boolean }> {
    const facts = SHARED_KINDS.flatMap((kind) => NAMES[kind].map((name) => factOf(name, kinds.includes(kind))));
    const [row] = await archiveQuery<{ readonly looked: number; readonly findings: readonly Finding[] | null }>(
      this.pool,
      `with recent as materialized (
         select ts, severity, l4, raw->'fields' as fields from ${this.schema}.events
         where tenant_id = $1 and ts >= to_timestamp($2 / 1000.0) and ts < to_timestamp($3 / 1000.0)
         order by ts desc limit ${NEWEST + 1}
       ), grave as (
         select ts, fields, case when jsonb_typeof(l4->'confidence') = 'number' then (l4->>'confidence')::float8 end as sure
         from recent where severity in ('HIGH', 'CRITICAL') and l4->>'class' <> 'BENIGN'
       ), grouped as (
         select ${facts.join(", ")}, min(ts) as first, max(ts) as last, max(sure) as confidence
         from grave where sure >= $4 group by 1, 2, 3, 4, 5, 6 order by last desc, 1, 2, 3, 4, 5, 6 limit ${MOST_FINDINGS}
       )
       select (select count(*)::int from recent) as looked,
         (select json_agg(json_build_object('src_ip', src_ip, 'dest_ip', dest_ip, 'domain', domain, 'sha256', sha256,
            'sha1', sha1, 'md5', md5, 'first', ${time("first")}, 'last', ${time("last")}, 'confidence', confidence)
            order by last desc) from grouped) as findings`,
      [this.tenant, from, to, confidence],
    );
    return { findings: row?.findings ?? [], whole: (row?.looked ?? 0) <= NEWEST };
  }

  /**
   * Which of these indicators the newest events have, most often seen first.
   * @param indicators values as `folded` gives them
   * @returns 200 of them at most, and how many there are
   */
  async seen(
    indicators: readonly { readonly type: SharedKind; readonly value: string }[],
  ): Promise<{ readonly seen: readonly SeenIndicator[]; readonly total: number }> {
    const named = Object.entries(NAMES).flatMap(([kind, names]) =>
      names.map((name) => `('${kind}', fields->>'${name}')`),
    );
    const rows = await archiveQuery<SeenIndicator & { readonly total: number }>(
      this.pool,
      `with recent as (
         select event_id, ts, raw->'fields' as fields from ${this.schema}.events
         where tenant_id = $1 order by ts desc limit ${NEWEST}
       ), wanted as (
         select distinct kind, value from unnest($2::text[], $3::text[]) as given(kind, value)
       ), found as (
         select distinct wanted.kind, wanted.value, event_id, ts from recent
         cross join lateral (values ${named.join(", ")}) as fact(kind, text)
         join wanted on wanted.kind = fact.kind and wanted.value = lower(fact.text collate "C")
       )
       select kind, value, count(*)::int as count, ${time("min(ts)")} as first_seen, ${time("max(ts)")} as last_seen,
         (count(*) over ())::int as total
       from found group by kind, value order by count desc, kind, value limit ${COALITION_LIMITS.seen}`,
      [this.tenant, indicators.map(({ type }) => type), indicators.map(({ value }) => value)],
    );
    return { seen: rows.map(({ total: _, ...one }) => one), total: rows[0]?.total ?? 0 };
  }
}
