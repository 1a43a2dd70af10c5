import { setTimeout as after } from "node:timers/promises";
import type pg from "pg";
import type { Proposal, RelatedProposal } from "../../../runtime/soc/proposal.ts";

/** Proposals of one answer at most, newest first. */
const MOST = 20;
/** An answer that the hot path could give does not wait longer for them, ms. */
const PATIENCE_MS = 1000;

/** What an answer says of proposals. */
export type FoundProposals = Pick<Proposal, "proposals" | "proposals_reason">;

const none = (proposals_reason: string): FoundProposals => ({ proposals: [], proposals_reason });

/** The tenant's proposals by the events they are about. Never throws: an answer without them is still one. */
export class ProposalLookup {
  private readonly pool: pg.Pool;
  private readonly table: string;

  /** @param pool one that may not write, with a short statement timeout */
  constructor(pool: pg.Pool, schema: string) {
    this.pool = pool;
    this.table = `"${schema.replaceAll('"', '""')}".proposals`;
  }

  async of(events: readonly string[]): Promise<FoundProposals> {
    if (events.length === 0) return none("no event was found");
    const late = new AbortController();
    try {
      const query = this.read(events);
      // The loser's failure is nobody's.
      query.catch(() => undefined);
      const proposals = await Promise.race([query, after(PATIENCE_MS, undefined, { signal: late.signal })]);
      if (proposals === undefined) return none("the proposals could not be read in time");
      if (proposals.length === 0) return none("nothing is proposed for these events");
      return { proposals, proposals_reason: null };
    } catch {
      return none("the proposals cannot be read now");
    } finally {
      late.abort();
    }
  }

  private async read(events: readonly string[]): Promise<readonly RelatedProposal[]> {
    const { rows } = await this.pool.query(
      `select proposal_id, event_id, to_char(ts at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as ts,
         action, target, rationale, status
       from ${this.table} where event_id = any($1::uuid[]) order by archived_at desc, action limit ${MOST}`,
      [events],
    );
    return rows as RelatedProposal[];
  }
}
