import type pg from "pg";
import type { Severity } from "../severity.ts";
import { archiveQuery } from "./archive-query.ts";
import type { Indicator } from "./enrichment.ts";
import type { RelatedEvent } from "./proposal.ts";
import { type Fields, type FoundEvent, INDICATOR_FIELDS, type Sighting } from "./sighting.ts";

/** Newest events that a question about an indicator looks at, by the index over time. */
const NEWEST = 50_000;
/** Events with an indicator that are counted at most. */
const MOST_MATCHES = 1000;

interface EventRow {
  readonly event_id: string;
  readonly ts: string;
  readonly severity: Severity;
  readonly category: string;
  readonly class: string | null;
  readonly fields: Fields | null;
}

/** An event with its facts and how sure Layer 4 is of its class. */
export interface JudgedEvent extends RelatedEvent {
  /** 0 to 1; 0 while Layer 4 has not spoken. */
  readonly confidence: number;
  readonly fields: Fields;
}

interface SightingRow {
  readonly count: number;
  readonly first: string | null;
  readonly last: string | null;
  readonly severities: readonly Severity[] | null;
  readonly classes: readonly string[] | null;
  readonly events: readonly RelatedEvent[] | null;
}

/** RFC 3339 in UTC with milliseconds, as the other layers write it. */
const time = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/**
 * Questions to the tenant's archive. Throws DbeError: DESTINATION_UNAVAILABLE while the database is away, TIMEOUT when a
 * question took too long.
 */
export class ArchiveLookup {
  private readonly pool: pg.Pool;
  private readonly schema: string;
  private readonly tenant: string;

  /** @param pool one that may not write, with a short statement timeout */
  constructor(pool: pg.Pool, schema: string, tenant: string) {
    this.pool = pool;
    this.schema = `"${schema.replaceAll('"', '""')}"`;
    this.tenant = tenant;
  }

  async event(id: string): Promise<FoundEvent | undefined> {
    const [row] = await this.query<EventRow>(
      `select event_id, ${time("ts")} as ts, severity, category, l4->>'class' as class, raw->'fields' as fields
       from ${this.schema}.events where event_id = $1 and tenant_id = $2`,
      [id, this.tenant],
    );
    if (!row) return undefined;
    const { fields, ...event } = row;
    return { event, fields: fields ?? {} };
  }

  /** Those of the events that are there, newest first. @param ids at most a hundred UUIDs */
  async judged(ids: readonly string[]): Promise<readonly JudgedEvent[]> {
    const rows = await this.query<EventRow & { readonly confidence: number | null }>(
      `select event_id, ${time("ts")} as ts, severity, category, l4->>'class' as class, raw->'fields' as fields,
         case when jsonb_typeof(l4->'confidence') = 'number' then (l4->>'confidence')::float8 end as confidence
       from ${this.schema}.events where event_id = any($1::uuid[]) and tenant_id = $2
       order by events.ts desc, event_id`,
      [ids, this.tenant],
    );
    return rows.map((row) => ({ ...row, fields: row.fields ?? {}, confidence: row.confidence ?? 0 }));
  }

  async indicator({ type, value }: Indicator, besides: string | undefined, limit: number): Promise<Sighting> {
    const [row] = await this.query<SightingRow>(
      `with recent as (
         select event_id, ts, severity, category, l4->>'class' as class, raw->'fields' as fields
         from ${this.schema}.events where tenant_id = $1 order by ts desc limit ${NEWEST}
       ), found as materialized (
         select event_id, ts, severity, category, class from recent
         where exists (select from unnest($2::text[]) as name where lower((fields->>name) collate "C") = $3)
           and event_id is distinct from $4::uuid limit ${MOST_MATCHES}
       )
       select count(*)::int as count, ${time("min(ts)")} as first, ${time("max(ts)")} as last,
         array_agg(distinct severity) as severities,
         array_agg(distinct class) filter (where class is not null) as classes,
         (select json_agg(json_build_object('event_id', event_id, 'ts', ${time("ts")}, 'severity', severity,
            'category', category, 'class', class) order by ts desc)
          from (select * from found order by ts desc limit $5) as newest) as events
       from found`,
      [this.tenant, INDICATOR_FIELDS[type], value, besides ?? null, limit],
    );
    const { count = 0, first = null, last = null, severities, classes, events } = row ?? {};
    const found = { severities: severities ?? [], classes: classes ?? [], events: events ?? [] };
    return { count, first, last, ...found, searched: NEWEST };
  }

  private query<T>(text: string, values: readonly unknown[]): Promise<readonly T[]> {
    return archiveQuery<T>(this.pool, text, values);
  }
}
