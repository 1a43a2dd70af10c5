import type pg from "pg";
import type { ChainedEntry } from "../../../images/runtime/dbe/audit/entry.ts";
import { ENTRY_COLUMNS, type EntryRow, entryOf } from "./columns.ts";

/** Rows in memory at once; a row is at most some 6 KB. */
const BATCH = 1000;

interface ChainRow extends EntryRow {
  readonly prev_hash: Buffer;
  readonly hash: Buffer;
  readonly signature: Buffer | null;
}

/**
 * All entries by node and number, as they are at one moment, in bounded batches. Whatever is in the table is shown,
 * numbers too that its constraints would refuse.
 * @param node only this node's chain
 */
export async function* readChains(client: pg.Client, node?: string): AsyncGenerator<ChainedEntry[]> {
  const where = node === undefined ? "" : "WHERE node = $1";
  await client.query("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
  try {
    await client.query(
      `DECLARE audit_rows NO SCROLL CURSOR FOR SELECT ${ENTRY_COLUMNS}, prev_hash, hash, signature
       FROM dsmil_audit.entries ${where} ORDER BY node, seq`,
      node === undefined ? [] : [node],
    );
    for (;;) {
      const { rows } = await client.query<ChainRow>(`FETCH ${BATCH} FROM audit_rows`);
      if (rows.length === 0) return;
      yield rows.map(({ prev_hash: prevHash, hash, signature, ...row }) => ({
        ...entryOf(row),
        prevHash,
        hash,
        signature,
      }));
    }
  } finally {
    await client.query("ROLLBACK");
  }
}
