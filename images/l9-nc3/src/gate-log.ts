import type pg from "pg";
import { DbeError } from "../../runtime/dbe/codec/error.ts";
import { STOP_ACTIONS } from "../../runtime/stop/stop-state.ts";

/** What the gate does, as audit_log names it. */
export const ACTIONS = { query: "nc3.query", ...STOP_ACTIONS, state: "emergency.state" } as const;
export type GateAction = (typeof ACTIONS)[keyof typeof ACTIONS];

/** How far back a nonce is looked for: longer than a request can live, however far the server's clock is off. */
const NONCE_HOURS = 1;
/** SQLSTATE of a transaction that another one got in the way of. */
const SERIALIZATION_FAILURE = "40001";
const MOST_TRIES = 5;

/**
 * What the gate writes into its tenant's audit_log, which nobody can change. The row of a request that was let through
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

  /** `"dsmil_alpha".audit_log` */
  get table(): string {
    return `"${this.schema.replaceAll('"', '""')}".audit_log`;
  }

  /** Why the last call failed, or undefined when it worked. */
  get trouble(): string | undefined {
    return this.problem;
  }

  /**
   * Records that a request is let through, once for each nonce; committed when it returns.
   * @param before looks at what is there, alone; what it throws lets nothing through
   * @param after looks at what is there with the row
   * @returns the row's id, and what `after` returned
   * @throws DbeError REPLAY for a nonce that was used, AUDIT_UNAVAILABLE where it cannot be recorded
   */
  async grant<T>(
    action: GateAction,
    facts: { readonly nonce: string },
    {
      before,
      after,
    }: {
      readonly before?: (client: pg.PoolClient) => Promise<void>;
      readonly after: (client: pg.PoolClient) => Promise<T>;
    },
  ): Promise<{ readonly id: string; readonly found: T }> {
    return this.heard(() =>
      this.transaction(async (client) => {
        const used = await client.query(
          `select 1 from ${this.table} where ts > now() - make_interval(hours => $1)
             and action = any($2) and outcome = 'granted' and detail->>'nonce' = $3 limit 1`,
          [NONCE_HOURS, Object.values(ACTIONS), facts.nonce],
        );
        if (used.rows.length > 0) throw new DbeError("REPLAY", "the nonce was used before");
        await before?.(client);
        const id = await this.insert(client, action, "granted", facts);
        return { id, found: await after(client) };
      }),
    );
  }

  /** Looks at what is there. @throws DbeError AUDIT_UNAVAILABLE */
  look<T>(work: (pool: pg.Pool) => Promise<T>): Promise<T> {
    return this.heard(() => work(this.pool));
  }

  /** Records that a request was refused. @throws where it cannot be recorded */
  async refuse(action: GateAction, detail: object): Promise<void> {
    await this.heard(() => this.insert(this.pool, action, "refused", detail));
  }

  /** Throws unless the log can be reached. */
  async probe(): Promise<void> {
    await this.heard(() => this.pool.query(`select 1 from ${this.table} limit 0`));
  }

  private async insert(
    on: pg.Pool | pg.PoolClient,
    action: GateAction,
    outcome: string,
    detail: object,
  ): Promise<string> {
    const { rows } = await on.query(
      `insert into ${this.table} (actor, action, outcome, detail) values ($1, $2, $3, $4) returning id`,
      [this.actor, action, outcome, JSON.stringify(detail)],
    );
    return String((rows[0] as { readonly id: string }).id);
  }

  /**
   * Serializable: two gates at once, while one takes over from the other, do not both find a nonce unused. (A tenant's role
   * may take no advisory lock, and none on its tables.) The one that comes second begins again.
   */
  private async transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    for (let left = MOST_TRIES; ; left--) {
      try {
        return await this.once(work);
      } catch (error) {
        if ((error as pg.DatabaseError).code !== SERIALIZATION_FAILURE || left <= 1) throw error;
      }
    }
  }

  private async once<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query("begin isolation level serializable");
      const result = await work(client);
      await client.query("commit");
      return result;
    } catch (error) {
      // A connection that failed is not used again: nobody knows what it is in the middle of.
      broken = error as Error;
      if (error instanceof DbeError) broken = await rolledBack(client);
      throw error;
    } finally {
      client.release(broken);
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

const rolledBack = (client: pg.PoolClient): Promise<Error | undefined> =>
  client.query("rollback").then(
    () => undefined,
    (error: Error) => error,
  );
