import type { ClientBase } from "pg";
import { runRange } from "./event-id.ts";

/** What became of a run, or of everything when no run is asked for. */
export interface ArchiveCount {
  readonly archived: number;
  /** Different event ids among them; the same number, or an event was archived twice. */
  readonly distinct: number;
  readonly rejected: number;
}

/** A run's lines, first and last inclusive. */
export interface RunLines {
  readonly tenant: string;
  readonly run: string;
  readonly from?: number;
  readonly to?: number;
}

/** The query needs what `pg` clients and pools share. */
export type Queryable = Pick<ClientBase, "query">;

/**
 * Counts a tenant's archive by its own reader. A run is a range of primary keys, so that this costs the run's size,
 * not the archive's.
 * @param schema `dsmil_alpha`
 */
export async function countArchive(db: Queryable, schema: string, lines?: RunLines): Promise<ArchiveCount> {
  const range = lines && runRange(lines.tenant, lines.run, lines.from, lines.to);
  const where = (column: string): string => (range ? `where ${column} between $1 and $2` : "");
  const values = range ? [range.first, range.last] : [];
  const { rows } = await db.query<{ archived: string; distinct: string; rejected: string }>(
    `select (select count(*) from ${schema}.events ${where("event_id")}) as archived,
            (select count(distinct event_id) from ${schema}.events ${where("event_id")}) as distinct,
            (select count(*) from ${schema}.rejects ${where("reject_id")}) as rejected`,
    values,
  );
  const row = rows[0];
  return { archived: Number(row?.archived), distinct: Number(row?.distinct), rejected: Number(row?.rejected) };
}

/** Ids of a run that are archived or rejected; for naming what is missing. */
export async function arrivedIds(db: Queryable, schema: string, lines: RunLines): Promise<string[]> {
  const { first, last } = runRange(lines.tenant, lines.run, lines.from, lines.to);
  const { rows } = await db.query<{ id: string }>(
    `select event_id as id from ${schema}.events where event_id between $1 and $2
     union select reject_id from ${schema}.rejects where reject_id between $1 and $2`,
    [first, last],
  );
  return rows.map((r) => r.id);
}
