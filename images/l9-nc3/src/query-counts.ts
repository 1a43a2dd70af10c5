import type pg from "pg";
import { ACTIONS, type GateLog } from "./gate-log.ts";

/** Queries of the last day, as the tenant's audit log has them. */
export interface QueryCounts {
  readonly granted: number;
  readonly refused: number;
  /** RFC 3339 in UTC. */
  readonly lastGranted: string | null;
  readonly lastRefused: string | null;
}

/** Hours that counts go back. */
export const COUNTED_HOURS = 24;

const time = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Counts queries in the log that a connection is in. */
export async function countQueries(client: pg.PoolClient, { table }: GateLog): Promise<QueryCounts> {
  const { rows } = await client.query(
    `select count(*) filter (where outcome = 'granted')::int as granted,
       count(*) filter (where outcome = 'refused')::int as refused,
       ${time("max(ts) filter (where outcome = 'granted')")} as "lastGranted",
       ${time("max(ts) filter (where outcome = 'refused')")} as "lastRefused"
     from ${table} where ts > now() - make_interval(hours => $1) and action = $2`,
    [COUNTED_HOURS, ACTIONS.query],
  );
  return rows[0] as QueryCounts;
}
