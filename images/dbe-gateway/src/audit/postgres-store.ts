import type pg from "pg";
import { type ChainedEntry, GENESIS } from "../../../runtime/dbe/audit/entry.ts";
import { appendStatement, type ChainHead, headStatement } from "../../../runtime/dbe/audit/sql.ts";
import type { AuditStore } from "./audit-store.ts";

/** The trail in PostgreSQL, schema `dsmil_audit`, written as this node's own role. */
export class PostgresStore implements AuditStore {
  private readonly pool: pg.Pool;
  private readonly node: string;

  constructor(pool: pg.Pool, node: string) {
    this.pool = pool;
    this.node = node;
  }

  async head(): Promise<ChainHead> {
    const { name, text, values } = headStatement(this.node);
    const { rows } = await this.pool.query<{ seq: string; hash: Buffer }>({ name, text, values: [...values] });
    const [row] = rows;
    return row ? { seq: Number(row.seq), hash: row.hash } : { seq: 0, hash: GENESIS };
  }

  async append(entries: readonly ChainedEntry[]): Promise<void> {
    const { name, text, values } = appendStatement(entries);
    await this.pool.query({ name, text, values: [...values] });
  }
}
