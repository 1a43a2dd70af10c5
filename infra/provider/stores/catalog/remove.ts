import type { Pool, PoolClient } from "pg";
import type { HandlerContext } from "../../handler.ts";
import { storeName } from "../endpoint.ts";
import { DataAtRisk } from "../errors.ts";
import { identifier, inTransaction, literal } from "../postgres.ts";
import { type Catalog, isGone } from "./facts.ts";
import { observe } from "./observe.ts";
import { endSessions, prepare, type RoleId } from "./session.ts";
import type { SchemaSpec } from "./spec.ts";
import { SHARED_LOCK } from "./statements.ts";

/**
 * Takes a schema out of the database: tables, roles, rights, open connections. With `retain` only the logins end.
 * @throws DataAtRisk when there are rows and nobody said that they may go; nothing has changed then
 */
export async function removeSchema(pool: Pool, spec: SchemaSpec, ctx: HandlerContext): Promise<void> {
  const { schema, owner } = spec.names;
  const ended = await inTransaction(pool, async (client) => {
    await prepare(client);
    const catalog = await observe(client, spec);
    if (isGone(catalog)) return [];
    const present = [...catalog.facts.values()].flatMap(({ kind, name }) => (kind === "role" ? [name] : []));
    const { rows } = await client.query<RoleId>("SELECT rolname AS role, oid FROM pg_roles WHERE rolname = ANY ($1)", [
      present,
    ]);
    if (spec.retain) {
      ctx.progress(`ending the logins of ${schema}`);
      const logins = present.filter((role) => role !== owner);
      await run(
        client,
        logins.map((role) => `ALTER ROLE ${identifier(role)} NOLOGIN PASSWORD NULL`),
      );
    } else {
      await refuseDataLoss(client, catalog, spec);
      ctx.progress(`dropping schema ${schema} and its roles`);
      await run(client, [`DROP SCHEMA IF EXISTS ${schema} CASCADE`, SHARED_LOCK, ...dropRoles(present)]);
    }
    return rows;
  });
  await endSessions(pool, ended);
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
async function refuseDataLoss(client: PoolClient, catalog: Catalog, spec: SchemaSpec): Promise<void> {
  const { schema } = spec.names;
  const facts = [...catalog.facts.values()];
  const tables = facts.flatMap(({ kind, name, value }) =>
    kind === "relation" && /^[rp]$/.test(String(value.kind)) ? [`${schema}.${identifier(name)}`] : [],
  );
  if (tables.length > 0) await client.query(`LOCK TABLE ${tables.join(", ")} IN ACCESS EXCLUSIVE MODE`);
  if (spec.removalMayDrop) return;
  const counts = tables.map((table) => `SELECT ${literal(table)} AS name, count(*)::int AS rows FROM ${table}`);
  const { rows } = await client.query<{ name: string; rows: number }>(
    counts.join(" UNION ALL ") || "SELECT WHERE false",
  );
  const full = rows.filter((row) => row.rows > 0).map(({ name, rows: n }) => `table ${name} (${n} rows)`);
  const owned = facts.flatMap(({ kind, name, value }) => (kind === "elsewhere" && value.how === "o" ? [name] : []));
  if (full.length + owned.length > 0) throw new DataAtRisk(storeName("postgres", spec.node), [...full, ...owned]);
}
