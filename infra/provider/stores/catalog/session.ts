import type { Pool, PoolClient } from "pg";
import { SHARED_LOCK } from "./statements.ts";

/** Longest wait for somebody's lock, ms. */
const LOCK_MS = 20_000;

/** A role by name and object id; sessions keep the id when the role is gone. */
export interface RoleId {
  readonly role: string;
  readonly oid: string;
}

/**
 * Opens the work on a schema, with nothing of it in the server's log but errors without statements. One schema at a
 * time: a grant of one schema's role on another's object is drift of both, and two transactions cannot revoke it at once.
 */
export async function prepare(client: PoolClient): Promise<void> {
  await client.query(
    `SET LOCAL log_statement = 'none'; SET LOCAL log_min_duration_statement = -1;
     SET LOCAL log_min_error_statement = 'panic'; SET LOCAL lock_timeout = ${LOCK_MS};
     ${SHARED_LOCK}`,
  );
}

/** Ends the connections of roles that can no longer log in: only then can no new one come. */
export async function endSessions(pool: Pool, roles: readonly RoleId[]): Promise<void> {
  if (roles.length === 0) return;
  await pool.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usesysid = ANY ($1::oid[])", [
    roles.map(({ oid }) => oid),
  ]);
}
