import type { DatabaseSync } from "node:sqlite";

const SQLITE_FULL = 13;

/** Whether a statement failed because the database, or its disk, is full. */
export function isFull(error: unknown): boolean {
  return (error as { readonly errcode?: number }).errcode === SQLITE_FULL;
}

/** Writes all or nothing. @throws what `write` throws, and what SQLite does */
export function transaction(db: DatabaseSync, write: () => void): void {
  db.exec("begin immediate");
  try {
    write();
    db.exec("commit");
  } catch (error) {
    // A full database has rolled back by itself already.
    if (db.isTransaction) db.exec("rollback");
    throw error;
  }
}
