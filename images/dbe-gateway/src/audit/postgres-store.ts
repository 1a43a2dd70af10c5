import type pg from "pg";
import { type ChainedEntry, GENESIS } from "../../../runtime/dbe/audit/entry.ts";
import {
  appendStatement,
  type ChainHead,
  hashStatement,
  headStatement,
  type SignedHead,
  type Statement,
  signedStatement,
} from "../../../runtime/dbe/audit/sql.ts";
import type { AuditStore } from "./audit-store.ts";

/** SQLSTATE insufficient_privilege: the trail was made by a release whose nodes did not see signatures. */
const FORBIDDEN = "42501";

/** The trail in PostgreSQL, schema `dsmil_audit`, written as this node's own role. */
export class PostgresStore implements AuditStore {
  private readonly pool: pg.Pool;
  private readonly node: string;

  constructor(pool: pg.Pool, node: string) {
    this.pool = pool;
    this.node = node;
  }

  async head(): Promise<ChainHead> {
    const [row] = await this.query<{ seq: string; hash: Buffer }>(headStatement(this.node));
    return row ? { seq: Number(row.seq), hash: row.hash } : { seq: 0, hash: GENESIS };
  }

  async hashOf(seq: number): Promise<Buffer | undefined> {
    const [row] = await this.query<{ hash: Buffer }>(hashStatement(this.node, seq));
    return row?.hash;
  }

  async signed(limit: number): Promise<readonly SignedHead[] | undefined> {
    try {
      const rows = await this.query<{ seq: string; hash: Buffer; signature: Buffer }>(
        signedStatement(this.node, limit),
      );
      return rows.map(({ seq, hash, signature }) => ({ seq: Number(seq), hash, signature }));
    } catch (error) {
      if ((error as { code?: unknown }).code === FORBIDDEN) return undefined;
      throw error;
    }
  }

  async append(entries: readonly ChainedEntry[]): Promise<void> {
    await this.query(appendStatement(entries));
  }

  private async query<Row extends pg.QueryResultRow>({ name, text, values }: Statement): Promise<Row[]> {
    return (await this.pool.query<Row>({ name, text, values: [...values] })).rows;
  }
}
