import { schemaOf } from "../../model/names.ts";
import type { PostgresFacts } from "../../validate/types.ts";
import { collectCredentials } from "../isolation/collect-credentials.ts";
import { fleetDoors } from "../isolation/doors.ts";
import type { Fleet } from "../stores/fleet.ts";

const ADMIN = "dsmil_admin";

/** How Redis keeps its data. */
export async function askRedis(fleet: Fleet): Promise<Record<string, string>> {
  const doors = fleetDoors(fleet);
  const { admin } = await collectCredentials(fleet, doors);
  const redis = await doors.redis(ADMIN, admin.redis);
  try {
    const pairs = (await redis.call("CONFIG", "GET", "save", "appendonly")) as string[];
    return Object.fromEntries(pairs.flatMap((name, i) => (i % 2 === 0 ? [[name, pairs[i + 1] ?? ""]] : [])));
  } finally {
    redis.disconnect();
  }
}

/** Archiving of the WAL, and the tables of tenants with their protection. */
export async function askPostgres(fleet: Fleet): Promise<PostgresFacts> {
  const doors = fleetDoors(fleet);
  const { admin } = await collectCredentials(fleet, doors);
  const client = await doors.postgres(ADMIN, admin.postgres);
  try {
    const mode = await client.query<{ archive_mode: string }>("show archive_mode");
    const { rows } = await client.query<{ name: string; whole: boolean }>(TABLES, [
      fleet.model.tenants.map(({ id }) => schemaOf(id)),
    ]);
    return {
      archiveMode: mode.rows[0]?.archive_mode ?? "",
      tables: rows.length,
      unprotected: rows.filter(({ whole }) => !whole).map(({ name }) => name),
    };
  } finally {
    await client.end();
  }
}

const TABLES = `select n.nspname || '.' || c.relname as name, c.relrowsecurity and c.relforcerowsecurity as whole
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = any($1) and c.relkind in ('r', 'p') order by 1`;
