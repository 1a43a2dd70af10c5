import type pg from "pg";
import type { CheckResult } from "../health.ts";
import type { Log } from "../log.ts";
import type { DecisionFacts, DecisionLog, DecisionReference } from "./decision-log.ts";
import { type ChainedDecision, chainDecision, DECISION_GENESIS } from "./decision-record.ts";
import { appendDecisions, DECISION_ERRORS, decisionHead } from "./decision-sql.ts";

/** Records of one statement, and records that wait for theirs, at most. */
const BATCH = 200;
const MAX_WAITING = 2000;
/** The number is taken: another process writes as this writer, or a statement that we gave up came through. */
const TAKEN: readonly string[] = [DECISION_ERRORS.order, "23505"];

/** What a log in Postgres works with. */
export interface PostgresDecisionLogParts {
  /** As the tenant's `_app`; its statements should be short (3 s): somebody waits for each decision. */
  readonly pool: pg.Pool;
  /** `dsmil_alpha` */
  readonly schema: string;
  /** Who decides: the container's name. One process writes under a name. */
  readonly writer: string;
  readonly log: Log;
}

interface Waiting {
  readonly facts: DecisionFacts;
  readonly resolve: (reference: DecisionReference) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A tenant's log of decisions, table `decisions`, as one writer: what comes while a statement is under way goes with
 * the next. What Postgres does not take fails at once and is not tried again: the decision does not count. A record whose
 * commit was not heard of may still be there.
 */
export class PostgresDecisionLog implements DecisionLog {
  private readonly parts: PostgresDecisionLogParts;
  private head: { readonly seq: number; readonly hash: Buffer } | undefined;
  private waiting: Waiting[] = [];
  private writing = false;
  private problem: string | undefined = "not asked yet";

  constructor(parts: PostgresDecisionLogParts) {
    this.parts = parts;
  }

  /** For /health. */
  check(): CheckResult {
    return { value: this.problem ?? "written", ok: this.problem === undefined };
  }

  /** Reads the head of this writer's chain. @throws while Postgres is away */
  async open(): Promise<void> {
    await this.heard(async () => this.known());
  }

  append(facts: DecisionFacts): Promise<DecisionReference> {
    if (this.waiting.length >= MAX_WAITING) return Promise.reject(new Error("too many decisions wait for the log"));
    return new Promise((resolve, reject) => {
      this.waiting.push({ facts, resolve, reject });
      if (!this.writing) void this.drain();
    });
  }

  private async drain(): Promise<void> {
    this.writing = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, BATCH);
      try {
        await this.heard(() => this.write(batch));
      } catch (error) {
        // What waits would wait as long again.
        for (const { reject } of [...batch, ...this.waiting.splice(0)]) reject(error as Error);
      }
    }
    this.writing = false;
  }

  private async write(batch: readonly Waiting[]): Promise<void> {
    let made: { readonly one: Waiting; readonly record: ChainedDecision }[];
    try {
      made = await this.commit(batch);
    } catch (error) {
      if (!TAKEN.includes((error as pg.DatabaseError).code ?? "")) throw error;
      made = await this.commit(batch);
    }
    for (const { one, record } of made) one.resolve({ writer: record.writer, seq: record.seq });
  }

  private async commit(batch: readonly Waiting[]) {
    let { seq, hash } = await this.known();
    const made: { readonly one: Waiting; readonly record: ChainedDecision }[] = [];
    for (const one of batch) {
      try {
        const record = chainDecision(hash, { ...one.facts, writer: this.parts.writer, seq: seq + 1 });
        made.push({ one, record });
        ({ seq, hash } = record);
      } catch (error) {
        // A record that is none must not stop the others.
        one.reject(error as Error);
      }
    }
    if (made.length === 0) return made;
    this.head = undefined;
    const records = made.map(({ record }) => record);
    await this.query(appendDecisions(this.parts.schema, records));
    this.head = { seq, hash };
    return made;
  }

  /** The chain's end. Unknown after a failure: whether it was committed only the table knows. */
  private async known(): Promise<{ readonly seq: number; readonly hash: Buffer }> {
    if (this.head !== undefined) return this.head;
    const { rows } = await this.query(decisionHead(this.parts.schema, this.parts.writer));
    const row = rows[0] as { readonly seq: string; readonly hash: Buffer } | undefined;
    this.head = row === undefined ? { seq: 0, hash: DECISION_GENESIS } : { seq: Number(row.seq), hash: row.hash };
    return this.head;
  }

  private query({ text, values }: ReturnType<typeof decisionHead>): Promise<pg.QueryResult> {
    return this.parts.pool.query(text, [...values]);
  }

  private async heard(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      if (this.problem !== undefined) this.parts.log.info({ writer: this.parts.writer }, "decisions are recorded");
      this.problem = undefined;
    } catch (error) {
      const { message } = error as Error;
      if (this.problem !== message) this.parts.log.warn({ reason: message, audit: true }, "decisions are not recorded");
      this.problem = message;
      throw error;
    }
  }
}
