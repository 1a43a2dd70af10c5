import type pg from "pg";
import { DbeError } from "../../runtime/dbe/codec/error.ts";

/** What is kept of a query. */
export interface QueryFacts {
  /** Hex; the gateways' trail has it too. */
  readonly messageId: string;
  /** Device that brought it. */
  readonly source: number;
  /** Hex SHA-384 that was signed. */
  readonly digest: string;
  readonly query: string;
  readonly nonce: string;
  readonly expiresAt: string;
  /** Key id and person of each. */
  readonly signers: readonly { readonly key: string; readonly person: string }[];
}

/** Queries of the last day, as the tenant's audit log has them. */
export interface QueryCounts {
  readonly granted: number;
  readonly refused: number;
  /** RFC 3339 in UTC. */
  readonly lastGranted: string | null;
  readonly lastRefused: string | null;
}

/** A query that is recorded: its row, and what stands there with it. */
export interface Recorded {
  readonly id: string;
  readonly counts: QueryCounts;
}

const ACTION = "nc3.query";
/** How far back a nonce is looked for: longer than a query can live, however far the server's clock is off. */
const NONCE_HOURS = 1;
/** Hours that counts go back. */
export const COUNTED_HOURS = 24;

const time = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/**
 * What the gate writes into its tenant's audit_log, which nobody can change. The row of a query that was let through
 * is what makes its nonce used: both are the same commit.
 */
export class GateLog {
  private readonly pool: pg.Pool;
  private readonly schema: string;
  private readonly actor: string;
  private problem: string | undefined = "not asked yet";

  /** @param actor who writes: the container's name */
  constructor(pool: pg.Pool, schema: string, actor: string) {
    this.pool = pool;
    this.schema = schema;
    this.actor = actor;
  }

  /** Why the last call failed, or undefined when it worked. */
  get trouble(): string | undefined {
    return this.problem;
  }

  /**
   * Records that a query is let through, once for each nonce, and counts; committed when it returns.
   * @throws DbeError REPLAY for a nonce that was used, AUDIT_UNAVAILABLE where it cannot be recorded
   */
  async grant(facts: QueryFacts): Promise<Recorded> {
    return this.heard(() =>
      this.transaction(async (client) => {
        // Two gates at once, while one takes over from the other, must not both find the nonce unused.
        await client.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [`${this.schema} ${ACTION}`]);
        const used = await client.query(
          `select 1 from ${this.table} where ts > now() - make_interval(hours => $1)
             and action = $2 and outcome = 'granted' and detail->>'nonce' = $3 limit 1`,
          [NONCE_HOURS, ACTION, facts.nonce],
        );
        if (used.rows.length > 0) throw new DbeError("REPLAY", "the nonce was used before");
        const id = await this.insert(client, "granted", facts);
        return { id, counts: await this.count(client) };
      }),
    );
  }

  /** Records that a query was refused. @throws where it cannot be recorded */
  async refuse(detail: object): Promise<void> {
    await this.heard(() => this.insert(this.pool, "refused", detail));
  }

  /** Throws unless the log can be reached. */
  async probe(): Promise<void> {
    await this.heard(() => this.pool.query(`select 1 from ${this.table} limit 0`));
  }

  private get table(): string {
    return `"${this.schema.replaceAll('"', '""')}".audit_log`;
  }

  private async insert(on: pg.Pool | pg.PoolClient, outcome: string, detail: object): Promise<string> {
    const { rows } = await on.query(
      `insert into ${this.table} (actor, action, outcome, detail) values ($1, $2, $3, $4) returning id`,
      [this.actor, ACTION, outcome, JSON.stringify(detail)],
    );
    return String((rows[0] as { readonly id: string }).id);
  }

  private async count(client: pg.PoolClient): Promise<QueryCounts> {
    const { rows } = await client.query(
      `select count(*) filter (where outcome = 'granted')::int as granted,
         count(*) filter (where outcome = 'refused')::int as refused,
         ${time("max(ts) filter (where outcome = 'granted')")} as "lastGranted",
         ${time("max(ts) filter (where outcome = 'refused')")} as "lastRefused"
       from ${this.table} where ts > now() - make_interval(hours => $1) and action = $2`,
      [COUNTED_HOURS, ACTION],
    );
    return rows[0] as QueryCounts;
  }

  private async transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let failed: Error | undefined;
    try {
      await client.query("begin");
      const result = await work(client);
      await client.query("commit");
      return result;
    } catch (error) {
      failed = error as Error;
      if (error instanceof DbeError)
        failed = await client.query("rollback").then(
          () => undefined,
          (bad: Error) => bad,
        );
      throw error;
    } finally {
      // A connection that failed is not used again: nobody knows what it is in the middle of.
      client.release(failed);
    }
  }

  private async heard<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.problem = undefined;
      return result;
    } catch (error) {
      if (error instanceof DbeError) throw error;
      this.problem = (error as Error).message;
      throw new DbeError("AUDIT_UNAVAILABLE", `the tenant's audit log: ${this.problem}`, { cause: error });
    }
  }
}
