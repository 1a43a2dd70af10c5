import type { Officers } from "../dbe/officers/officers.ts";
import { isRelease } from "./stop-record.ts";

/** A pool or a connection of `pg`. */
export interface Queries {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** Actions of audit_log that make up the state. */
export const STOP_ACTIONS = { stop: "emergency.stop", release: "emergency.release" } as const;

/** Whether a tenant's proposals are frozen. */
export type StopState =
  | { readonly stopped: false }
  | {
      readonly stopped: true;
      /** Names the stop; a release must. */
      readonly nonce: string;
      /** RFC 3339 in UTC. */
      readonly since: string;
    };

/** Releases that are looked at; each that the gate let through is good, so the first one is. */
const MOST = 10;

/**
 * Reads the state from the tenant's audit log. The newest stop holds, whoever wrote it there, until a release that names
 * it and that two of the officers signed: a row that a service made up can stop, but not release. A stop stands where its
 * nonce came first, by ids that the server alone gives: one that was released long ago, written again, hides no other.
 * @param db a pool or a connection
 */
export async function readStopState(
  db: Queries,
  schema: string,
  tenant: string,
  officers: Officers,
): Promise<StopState> {
  const table = `"${schema.replaceAll('"', '""')}".audit_log`;
  const stops = await db.query(
    `select detail->>'nonce' as nonce, to_char(ts at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as since
     from ${table} as one where action = '${STOP_ACTIONS.stop}' and outcome = 'granted' and not exists (
       select from ${table} as earlier where earlier.action = '${STOP_ACTIONS.stop}' and earlier.outcome = 'granted'
         and earlier.detail->>'nonce' = one.detail->>'nonce' and earlier.id < one.id)
     order by id desc limit 1`,
  );
  const stop = stops.rows[0] as { readonly nonce: string | null; readonly since: string } | undefined;
  if (stop === undefined) return { stopped: false };
  const nonce = stop.nonce ?? "";
  const releases = await db.query(
    `select detail from ${table} where action = '${STOP_ACTIONS.release}' and outcome = 'granted'
       and detail->>'releases' = $1 order by id desc limit ${MOST}`,
    [nonce],
  );
  const rows = releases.rows as readonly { readonly detail: unknown }[];
  const released = rows.some(({ detail }) => isRelease(detail, nonce, tenant, officers));
  return released ? { stopped: false } : { stopped: true, nonce, since: stop.since };
}
