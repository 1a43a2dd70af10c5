import type pg from "pg";
import type { ChainedDecision } from "../../../runtime/policy/decision-record.ts";
import { readDecisions } from "../../../runtime/policy/read-decisions.ts";
import { type DecisionHead, verifyDecisions } from "../../../runtime/policy/verify-decisions.ts";
import type { Finding } from "../finding.ts";
import type { Checked } from "./verdict-check.ts";

/** New records of one piece, and batches of it: each writer has one at least. */
const PIECE = 2000;
const MOST_BATCHES = 500;
/** Behind every record: nothing more of this writer is read in this round. */
const END: DecisionHead = { seq: Number.MAX_SAFE_INTEGER, hash: Buffer.alloc(32) };

/**
 * Walks over the log of decisions, round and round, and recomputes every writer's chain from its first record. What a
 * chain's end was is remembered as long as the process lives.
 */
export class DecisionCheck {
  private readonly pool: Pick<pg.Pool, "query">;
  private readonly schema: string;
  /** Where each writer's sound part ends in this round. */
  private position = new Map<string, DecisionHead>();
  /** Writers whose fault was found in this round. */
  private faulty = new Set<string>();
  /** The last record ever seen of each writer. */
  private readonly ends = new Map<string, DecisionHead>();

  constructor(pool: Pick<pg.Pool, "query">, schema: string) {
    this.pool = pool;
    this.schema = schema;
  }

  /** Verifies the next records; throws while the archive is away. */
  async step(): Promise<Checked> {
    const { batches, atEnd } = await this.read();
    const reached = new Map(batches.flat().map(({ writer, seq }) => [writer, seq]));
    // Of a piece that ends early nothing follows about records behind it.
    const judged = (heads: ReadonlyMap<string, DecisionHead>, least: boolean) =>
      new Map(
        [...heads].filter(([writer, { seq }]) => {
          if (this.faulty.has(writer)) return false;
          const last = reached.get(writer);
          return atEnd || (last !== undefined && (least || seq <= last));
        }),
      );
    const trust = { from: judged(this.position, true), remembered: judged(this.ends, false) };
    const { heads, faults, records } = await verifyDecisions(batches, trust);
    for (const [writer, head] of heads) {
      this.position.set(writer, head);
      if (head.seq >= (this.ends.get(writer)?.seq ?? 0)) this.ends.set(writer, head);
    }
    for (const { writer } of faults) this.faulty.add(writer);
    if (atEnd) {
      this.position = new Map();
      this.faulty = new Set();
    }
    return { count: records, findings: faults.map(findingOf), atEnd };
  }

  private async read(): Promise<{ batches: (readonly ChainedDecision[])[]; atEnd: boolean }> {
    const from = new Map([...this.position, ...[...this.faulty].map((writer) => [writer, END] as const)]);
    const batches: (readonly ChainedDecision[])[] = [];
    let fresh = 0;
    for await (const batch of readDecisions(this.pool, this.schema, from)) {
      batches.push(batch);
      fresh += batch.filter(({ writer, seq }) => seq > (this.position.get(writer)?.seq ?? 0)).length;
      if (fresh >= PIECE || batches.length === MOST_BATCHES) return { batches, atEnd: false };
    }
    return { batches, atEnd: true };
  }
}

function findingOf({
  writer,
  seq,
  kind,
  detail,
}: {
  writer: string;
  seq: number;
  kind: string;
  detail: string;
}): Finding {
  const about = `decisions/${writer}/${seq}`;
  return { flag: "POSSIBLE_LOG_TAMPER", about, detail: `${about} ${detail}`.slice(0, 500), mark: kind };
}
