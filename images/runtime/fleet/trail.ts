import type pg from "pg";

/** A row of the audit trail that has to do with keys. */
export interface TrailRow {
  readonly node: string;
  readonly seq: number;
  readonly ts: Date;
  /** `dbe.session` and `dbe.key`: keys were made; `dbe.refused` */
  readonly kind: string;
  readonly reason: string | null;
  readonly peer: string | null;
  readonly detail: string;
}

/** Rows of one page, and pages of a node in one look. */
const PAGE = 1000;
const MOST_PAGES = 20;

/** What the audit trail says from 24 hours before the start on, each row once. */
export class Trail {
  private readonly pool: pg.Pool;
  private readonly schema: string;
  private readonly read = new Map<string, number>();

  constructor(pool: pg.Pool, schema: string) {
    this.pool = pool;
    this.schema = `"${schema.replaceAll('"', '""')}"`;
  }

  /** New rows of these nodes' chains; throws while the database is away, and goes on from there the next time. */
  async *next(nodes: readonly string[]): AsyncGenerator<readonly TrailRow[]> {
    for (const node of nodes) {
      for (let page = 0; page < MOST_PAGES; page++) {
        const from = this.read.get(node) ?? (await this.begin(node));
        const { rows } = await this.pool.query(
          `select node, seq, ts, kind, reason, peer, detail from ${this.schema}.entries
           where node = $1 and seq > $2 order by seq limit ${PAGE}`,
          [node, from],
        );
        const last = rows.at(-1) as { readonly seq: string } | undefined;
        this.read.set(node, last === undefined ? from : Number(last.seq));
        if (rows.length > 0) yield rows.map((row) => ({ ...row, seq: Number(row.seq) }) as TrailRow);
        if (rows.length < PAGE) break;
      }
    }
  }

  /** Number of the row before those of the last 24 hours. */
  private async begin(node: string): Promise<number> {
    const { rows } = await this.pool.query(
      `select coalesce(
         (select min(seq) - 1 from ${this.schema}.entries where node = $1 and ts > now() - interval '24 hours'),
         (select max(seq) from ${this.schema}.entries where node = $1), 0) as seq`,
      [node],
    );
    return Number((rows[0] as { seq?: string } | undefined)?.seq ?? 0);
  }
}
