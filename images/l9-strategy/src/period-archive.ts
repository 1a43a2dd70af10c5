import type pg from "pg";
import { DEVICES } from "../../runtime/devices.ts";
import type { Severity } from "../../runtime/severity.ts";
import { archiveQuery } from "../../runtime/soc/archive-query.ts";
import type { Period } from "./period.ts";

/** Events of one kind in one of the two periods. */
export interface Tally {
  readonly now: boolean;
  /** `class:RECON`, `category:ADVML`; null where they name no threat. */
  readonly concern: string | null;
  readonly severity: Severity;
  readonly count: number;
  /** Layer 4's highest; 0 where it said nothing. */
  readonly confidence: number;
}

/** What a tenant's SOC has before it. */
export interface OpenWork {
  /** Proposals of the period; nothing carries them out. */
  readonly proposals: number;
  /** Proposals that the policy refused in the period, as far as they were counted. */
  readonly refusals: number;
}

/** Newest events of a period that are counted. */
const MOST_EVENTS = 50_000;
/** Rows of a table beside the archive that are counted. */
const MOST_ROWS = 10_000;
/** Ids that a concern cites. */
const CITED = 10;

/** What an event is a concern of: Layer 4's class, or its category where it is grave and has none. */
const CONCERN = `coalesce('class:' || nullif(l4->>'class', 'BENIGN'),
  case when severity in ('MEDIUM', 'HIGH', 'CRITICAL') then 'category:' || category end)`;

/** Questions about periods to the tenant's archive. Throws DbeError as `archiveQuery`. */
export class PeriodArchive {
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
   * Counts the events of both periods, of each the newest 50,000.
   * @returns `whole`: whether all were counted
   */
  async tallies({
    before,
    from,
    to,
  }: Period): Promise<{ readonly tallies: readonly Tally[]; readonly whole: boolean }> {
    const half = (now: boolean, begin: string, end: string): string =>
      `(select ${now} as now, severity, ${CONCERN} as concern, l4->'confidence' as confidence
        from ${this.schema}.events where tenant_id = $1 and ts >= ${begin} and ts < ${end}
        order by ts desc limit ${MOST_EVENTS + 1})`;
    const tallies = await archiveQuery<Tally>(
      this.pool,
      `with moments as materialized (
         select to_timestamp($2 / 1000.0) as a, to_timestamp($3 / 1000.0) as b, to_timestamp($4 / 1000.0) as c)
       select now, concern, severity, count(*)::int as count,
         coalesce(max(case when jsonb_typeof(confidence) = 'number' then confidence::float8 end), 0) as confidence
       from (${half(true, "(select b from moments)", "(select c from moments)")} union all
             ${half(false, "(select a from moments)", "(select b from moments)")}) as seen
       group by now, concern, severity order by now, concern, severity limit 2000`,
      [this.tenant, before, from, to],
    );
    const countOf = (now: boolean): number => sum(tallies.filter((one) => one.now === now));
    return { tallies, whole: Math.max(countOf(true), countOf(false)) <= MOST_EVENTS };
  }

  /** Ids of the gravest and newest events of each concern. */
  async evidence({ from, to }: Period, concerns: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    if (concerns.length === 0) return new Map();
    const rows = await archiveQuery<{ readonly concern: string; readonly ids: readonly string[] }>(
      this.pool,
      `with seen as (
         select event_id, ts, severity, ${CONCERN} as concern from ${this.schema}.events
         where tenant_id = $1 and ts >= to_timestamp($2 / 1000.0) and ts < to_timestamp($3 / 1000.0)
         order by ts desc limit ${MOST_EVENTS}
       ), ranked as (
         select *, row_number() over (partition by concern order by
           array_position(array['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFO'], severity), ts desc, event_id) as place
         from seen where concern = any($4)
       )
       select concern, array_agg(event_id::text order by place) as ids from ranked where place <= ${CITED} group by concern`,
      [this.tenant, from, to, concerns],
    );
    return new Map(rows.map(({ concern, ids }) => [concern, ids]));
  }

  async openWork({ from, to }: Period): Promise<OpenWork> {
    const within = "tenant_id = $1 and ts >= to_timestamp($2 / 1000.0) and ts < to_timestamp($3 / 1000.0)";
    const [row] = await archiveQuery<OpenWork>(
      this.pool,
      `select (select count(*)::int from (
           select from ${this.schema}.proposals where archived_at >= to_timestamp($2 / 1000.0) and ${within}
           limit ${MOST_ROWS}) as p) as proposals,
         (select count(*)::int from (
           select device, allow, decision from ${this.schema}.decisions where ${within}
           order by ts desc limit ${MOST_ROWS}) as d
          where device = ${DEVICES.soar} and not allow and decision = 'allow_action') as refusals`,
      [this.tenant, from, to],
    );
    return row ?? { proposals: 0, refusals: 0 };
  }
}

const sum = (tallies: readonly Tally[]): number => tallies.reduce((all, { count }) => all + count, 0);
