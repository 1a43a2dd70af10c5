import type { Pool, PoolClient } from "pg";
import type { HandlerContext } from "../../handler.ts";
import { mayDrop } from "../../stores/data-loss.ts";
import { storeName } from "../../stores/endpoint.ts";
import { DataAtRisk } from "../../stores/errors.ts";
import { identifier, inTransaction, literal } from "../../stores/postgres.ts";
import type { PostgresTenantSchemaState as State } from "./args.ts";
import { SHARED_LOCK } from "./desired.ts";
import { type Catalog, isGone, readCatalog } from "./facts.ts";
import { namesOf, type TenantNames } from "./names.ts";
import { prepare } from "./sync.ts";

/**
 * Takes a tenant out of the database: schema, roles, rights, open connections. With `retain` only the logins end.
 * @throws DataAtRisk when there are rows and nobody said that they may go; nothing has changed then
 */
export async function removeTenant(pool: Pool, state: State, ctx: HandlerContext): Promise<void> {
  const names = namesOf(state.tenant);
  const sessions = await inTransaction(pool, async (client) => {
    await prepare(client);
    const catalog = await readCatalog(client, names);
    if (isGone(catalog)) return [];
    const present = names.roles.filter((role) => catalog.facts.has(`role ${role}`));
    const { rows } = await client.query<{ oid: string }>("SELECT oid FROM pg_roles WHERE rolname = ANY ($1)", [
      present,
    ]);
    if (state.retain) {
      ctx.progress(`ending the logins of ${names.schema}`);
      const logins = present.filter((role) => role !== names.owner);
      await run(
        client,
        logins.map((role) => `ALTER ROLE ${identifier(role)} NOLOGIN PASSWORD NULL`),
      );
    } else {
      await refuseDataLoss(client, names, catalog, state);
      ctx.progress(`dropping schema ${names.schema} and its roles`);
      await run(client, [`DROP SCHEMA IF EXISTS ${names.schema} CASCADE`, SHARED_LOCK, ...dropRoles(present)]);
    }
    return rows.map(({ oid }) => oid);
  });
  if (sessions.length === 0) return;
  // Only now can nobody log in again.
  await pool.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usesysid = ANY ($1::oid[])", [
    sessions,
  ]);
}

/** What a role owns or was granted anywhere in this database goes with it. */
function dropRoles(roles: readonly string[]): string[] {
  if (roles.length === 0) return [];
  const list = roles.map(identifier).join(", ");
  return [`DROP OWNED BY ${list} CASCADE`, `DROP ROLE ${list}`];
}

async function run(client: PoolClient, statements: readonly string[]): Promise<void> {
  await client.query(statements.join(";\n"));
}

/** Locks the tables first, so that no row comes in between looking and dropping. */
async function refuseDataLoss(
  client: PoolClient,
  { schema }: TenantNames,
  catalog: Catalog,
  state: State,
): Promise<void> {
  const facts = [...catalog.facts.values()];
  const tables = facts.flatMap(({ kind, name, value }) =>
    kind === "relation" && /^[rp]$/.test(String(value.kind)) ? [`${schema}.${identifier(name)}`] : [],
  );
  if (tables.length > 0) await client.query(`LOCK TABLE ${tables.join(", ")} IN ACCESS EXCLUSIVE MODE`);
  if (mayDrop(state)) return;
  const counts = tables.map((table) => `SELECT ${literal(table)} AS name, count(*)::int AS rows FROM ${table}`);
  const { rows } = await client.query<{ name: string; rows: number }>(
    counts.join(" UNION ALL ") || "SELECT WHERE false",
  );
  const full = rows.filter((row) => row.rows > 0).map(({ name, rows: n }) => `table ${name} (${n} rows)`);
  const owned = facts.flatMap(({ kind, name, value }) => (kind === "elsewhere" && value.how === "o" ? [name] : []));
  if (full.length + owned.length > 0) throw new DataAtRisk(storeName("postgres", state.node), [...full, ...owned]);
}
