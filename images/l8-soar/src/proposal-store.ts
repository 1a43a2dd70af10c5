import type pg from "pg";
import type { ProposedAction } from "../../runtime/soc/proposed-action.ts";

/** A proposal of late. */
export interface RecentProposal {
  readonly action: string;
  readonly target: string;
  readonly event_id: string;
  readonly policy_version: number;
  /** ms since 1970 */
  readonly at: number;
}

/** Rows read at start at most. */
const MOST_RECENT = 20_000;

/** A tenant's proposals in Postgres: rows are added, never changed. Calls throw while it is away; repeating is safe. */
export class ProposalStore {
  private readonly pool: pg.Pool;
  private readonly table: string;

  constructor(pool: pg.Pool, schema: string) {
    this.pool = pool;
    this.table = `"${schema.replaceAll('"', '""')}".proposals`;
  }

  /** Keeps each once by its id; returns the ids that were not there before. */
  async keep(proposals: readonly ProposedAction[]): Promise<ReadonlySet<string>> {
    if (proposals.length === 0) return new Set();
    const rows = proposals.map(({ decision, ...rest }) => ({
      ...rest,
      decision_writer: decision.writer,
      decision_seq: decision.seq,
    }));
    const { rows: kept } = await this.pool.query<{ proposal_id: string }>(
      `insert into ${this.table} (${NAMES})
       select ${NAMES} from json_to_recordset($1::json) as r (${TYPED})
       on conflict (proposal_id) do nothing returning proposal_id`,
      [JSON.stringify(rows)],
    );
    return new Set(kept.map(({ proposal_id }) => proposal_id));
  }

  /** What this device proposed within the last `windowMs`, oldest first. */
  async recent(device: number, windowMs: number): Promise<readonly RecentProposal[]> {
    const { rows } = await this.pool.query(
      `select action, target, event_id, policy_version::float8 as policy_version, extract(epoch from archived_at)::float8 * 1000 as at
       from ${this.table} where device = $1 and archived_at > now() - $2::float8 * interval '1 millisecond'
       order by archived_at desc limit ${MOST_RECENT}`,
      [device, windowMs],
    );
    return (rows as RecentProposal[]).reverse();
  }
}

const COLUMNS = [
  ["proposal_id", "uuid"],
  ["tenant_id", "text"],
  ["ts", "timestamptz"],
  ["device", "integer"],
  ["event_id", "uuid"],
  ["action", "text"],
  ["target", "text"],
  ["rationale", "text"],
  ["severity", "text"],
  ["channels", "text[]"],
  ["decision_writer", "text"],
  ["decision_seq", "bigint"],
  ["policy_version", "bigint"],
  ["status", "text"],
] as const;
const NAMES = COLUMNS.map(([name]) => name).join(", ");
const TYPED = COLUMNS.map((column) => column.join(" ")).join(", ");
