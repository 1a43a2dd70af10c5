import type pg from "pg";
import { DbeError } from "../dbe/codec/error.ts";

/** SQLSTATE of a statement that took too long. */
const CANCELED = "57014";

/**
 * Rows of a question to a tenant's archive.
 * @throws DbeError DESTINATION_UNAVAILABLE while the database is away, TIMEOUT when the question took too long
 */
export async function archiveQuery<T>(pool: pg.Pool, text: string, values: readonly unknown[]): Promise<readonly T[]> {
  try {
    return (await pool.query(text, [...values])).rows as T[];
  } catch (error) {
    const { code, message } = error as pg.DatabaseError;
    const reason = code === CANCELED ? "TIMEOUT" : "DESTINATION_UNAVAILABLE";
    throw new DbeError(reason, `the archive: ${message}`, { cause: error });
  }
}
