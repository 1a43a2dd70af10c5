import type pg from "pg";
import { AUDIT_READER } from "../../provider/resources/postgres-audit-trail/names.ts";
import { UserError } from "../errors.ts";
import type { Fleet } from "../stores/fleet.ts";
import { connectPostgres } from "../stores/postgres-client.ts";

/** Longest that one statement may take, ms: a look at a long trail without an index. */
const STATEMENT_MS = 120_000;

/** Runs `work` on a connection that sees the whole trail and can change nothing of it. */
export async function withAuditReader<T>(
  { data, endpoints, model }: Fleet,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  // Absent in the state of a release without the trail.
  const password: string | undefined = data.audit?.readerPassword;
  if (password === undefined) throw new UserError("this fleet has no audit trail yet", "run `bin/dsmil up`");
  const { database } = model.fleet;
  const login = { user: AUDIT_READER, password, database, statementMs: STATEMENT_MS };
  const client = await connectPostgres(await endpoints.get("postgres"), login);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
