import type pg from "pg";
import type { ChainedDecision } from "./decision-record.ts";
import { type DecisionStatement, decisionsFrom, nextDecisionWriter } from "./decision-sql.ts";
import type { DecisionHead } from "./verify-decisions.ts";

const PAGE = 500;

type Row = Readonly<Record<string, unknown>>;

/**
 * A tenant's decisions by writer and number, in batches, for `verifyDecisions`. Memory is that of one batch.
 * @param pool as the tenant's `_app` or `_reader`
 * @param from writers of which only the records from this one on are read
 */
export async function* readDecisions(
  pool: Pick<pg.Pool, "query">,
  schema: string,
  from: ReadonlyMap<string, DecisionHead> = new Map(),
): AsyncGenerator<readonly ChainedDecision[]> {
  const query = async ({ text, values }: DecisionStatement): Promise<readonly Row[]> =>
    (await pool.query(text, [...values])).rows as Row[];
  for (let writer = ""; ; ) {
    const [next] = await query(nextDecisionWriter(schema, writer));
    if (next === undefined) return;
    writer = String(next.writer);
    for (let seq = from.get(writer)?.seq ?? 0; ; ) {
      const batch = (await query(decisionsFrom(schema, writer, seq, PAGE))).map(recordOf);
      const last = batch.at(-1);
      if (last === undefined) break;
      yield batch;
      if (batch.length < PAGE) break;
      seq = last.seq + 1;
    }
  }
}

function recordOf(row: Row): ChainedDecision {
  const {
    tenant_id: tenant,
    policy_version,
    policy_bundle: policyBundle,
    prev_hash: prevHash,
    seq,
    micros,
    ...rest
  } = row;
  const policyVersion = policy_version === null ? null : Number(policy_version);
  const numbers = { seq: Number(seq), micros: Number(micros), policyVersion };
  return { ...rest, ...numbers, tenant, policyBundle, prevHash } as unknown as ChainedDecision;
}
