import type pg from "pg";
import { type ArchiveCount, countArchive } from "../../../infra/cli/events/archive.ts";
import { runRange } from "../../../infra/cli/events/event-id.ts";
import { TABLES, tableOf } from "../../../infra/isolation/plan/rows.ts";
import type { AdminStores } from "./admin.ts";
import { malformedAmong } from "./mixed-lines.ts";
import { PASSED, type Passed, readStream, type StreamAccount, type TenantRun } from "./stream-account.ts";

/** What became of one tenant's run, in every store. */
export interface RunAccount extends ArchiveCount {
  readonly tenant: string;
  readonly run: string;
  readonly sent: number;
  readonly streams: Readonly<Record<Passed, StreamAccount>>;
  /** Rows of other tenants, or of their runs, among this tenant's. */
  readonly foreignRows: number;
  /** What does not add up; empty where every event that was acknowledged is accounted for, once, where it belongs. */
  readonly problems: readonly string[];
}

/** Counts what became of each run: in the archive, in each stream, and among the other tenants. */
export async function accountFor(
  { redis, postgres }: Pick<AdminStores, "redis" | "postgres">,
  runs: readonly TenantRun[],
  from: ReadonlyMap<string, string>,
): Promise<RunAccount[]> {
  const accounts: RunAccount[] = [];
  for (const own of runs) {
    const others = runs.filter((one) => one !== own);
    const archive = await countArchive(postgres, own.tenant.schema, { tenant: own.tenant.id, run: own.run });
    const foreignRows = await foreign(postgres, own, others);
    const found: [Passed, StreamAccount][] = [];
    for (const name of PASSED) {
      const key = own.tenant.streams[name];
      found.push([name, await readStream(redis, key, from.get(key) ?? "0-0", own, others)]);
    }
    const streams = Object.fromEntries(found) as Record<Passed, StreamAccount>;
    const facts = { tenant: own.tenant.id, run: own.run, sent: own.sent, ...archive, streams, foreignRows };
    accounts.push({ ...facts, problems: problemsOf(facts) });
  }
  return accounts;
}

/** What does not add up of a run. */
export function problemsOf(run: Omit<RunAccount, "problems">): string[] {
  const malformed = malformedAmong(run.sent);
  const good = run.sent - malformed;
  const expected: readonly (readonly [what: string, found: number, wanted: number])[] = [
    ["archived", run.archived, good],
    ["different ids in the archive", run.distinct, good],
    ["rejected", run.rejected, malformed],
    ["rows of others", run.foreignRows, 0],
    ...PASSED.map((name) => {
      const wanted = name === "l3In" ? run.sent : name === "rejects" ? malformed : good;
      return [`different events in ${name}`, run.streams[name].distinct, wanted] as const;
    }),
    ...PASSED.map((name) => [`entries of others in ${name}`, run.streams[name].foreign, 0] as const),
  ];
  return expected
    .filter(([, found, wanted]) => found !== wanted)
    .map(([what, found, wanted]) => `${run.tenant}: ${found} ${what}, ${wanted} expected`);
}

/** Rows that say they are another tenant's, and rows of another tenant's run, in the schema of one. */
async function foreign(db: pg.Client, { tenant }: TenantRun, others: readonly TenantRun[]): Promise<number> {
  let rows = 0;
  for (const table of TABLES) {
    const sql = `select count(*) as n from ${tableOf(tenant, table)} where tenant_id <> $1`;
    rows += Number((await db.query<{ n: string }>(sql, [tenant.prefix])).rows[0]?.n);
  }
  for (const other of others) {
    const { archived, rejected } = await countArchive(db, tenant.schema, { tenant: other.tenant.id, run: other.run });
    rows += archived + rejected;
  }
  return rows;
}

/**
 * Takes a run out of the streams and the archive again. The streams go first: device 51 looks for what they say in the
 * archive. Decisions and proposals that followed from it stay, as a chain cannot lose a record.
 */
export async function removeRun(
  { redis, postgres }: Pick<AdminStores, "redis" | "postgres">,
  { tenant, run }: TenantRun,
  streams: RunAccount["streams"],
): Promise<void> {
  for (const name of PASSED) {
    const { ids } = streams[name];
    for (let at = 0; at < ids.length; at += 1000) await redis.xdel(tenant.streams[name], ...ids.slice(at, at + 1000));
  }
  const { first, last } = runRange(tenant.id, run);
  await postgres.query(`delete from ${tenant.schema}.events where event_id between $1 and $2`, [first, last]);
  await postgres.query(`delete from ${tenant.schema}.rejects where reject_id between $1 and $2`, [first, last]);
}
