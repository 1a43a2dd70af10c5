import type pg from "pg";
import type { Json } from "../../../runtime/event.ts";
import type { Observed } from "../observed.ts";

/** So far back habits are learned at a start, days, and from so many events at most, the newest. */
const DAYS = 60;
const MOST = 200_000;
const PAGE = 2000;

interface Row {
  readonly event_id: string;
  readonly ts: string;
  readonly at: string;
  readonly fields: { readonly [key: string]: Json } | null;
}

/** Logins of the past as the tenant's archive has them, oldest first, page by page; throws while it is away. */
export async function* pastLogins(
  pool: Pick<pg.Pool, "query">,
  schema: string,
  tenant: string,
): AsyncGenerator<readonly Observed[]> {
  const table = `"${schema.replaceAll('"', '""')}".events`;
  const where = `tenant_id = $1 and category = 'AUTH' and ts <= now() and l8 is not null`;
  const { rows: first } = await pool.query<{ ts: string }>(
    `select ts::text from ${table} where ${where} and ts > now() - interval '${DAYS} days'
     order by ts desc offset ${MOST} limit 1`,
    [tenant],
  );
  let [ts, id] = [first[0]?.ts, "00000000-0000-0000-0000-000000000000"];
  for (;;) {
    const { rows }: { rows: Row[] } = await pool.query(
      `select event_id, ts::text as ts, (extract(epoch from ts) * 1000)::bigint::text as at, raw->'fields' as fields
       from ${table} where ${where} and (ts, event_id) > (coalesce($2::timestamptz, now() - interval '${DAYS} days'), $3::uuid)
       order by ts, event_id limit ${PAGE}`,
      [tenant, ts ?? null, id],
    );
    yield rows.map(({ event_id, at, fields }) => {
      return { id: event_id, category: "AUTH", at: Number(at), fields: known(fields) };
    });
    const last = rows.at(-1);
    if (rows.length < PAGE || !last) return;
    [ts, id] = [last.ts, last.event_id];
  }
}

function known(fields: Row["fields"]): Observed["fields"] {
  return typeof fields === "object" && fields !== null && !Array.isArray(fields) ? (fields as Observed["fields"]) : {};
}
