import type { ClientBase, Pool } from "pg";
import { type Catalog, readCatalog } from "./facts.ts";
import { scramMatches } from "./scram.ts";
import type { RoleId } from "./session.ts";
import type { Login, SchemaSpec } from "./spec.ts";

/** All that the catalog says about a schema, about roles too that should not be there. */
export async function observe(client: Pool | ClientBase, spec: SchemaSpec): Promise<Catalog> {
  const strays = await strayRoles(client, spec);
  return readCatalog(client, { ...spec.names, roles: [...spec.names.roles, ...strays.map(({ role }) => role)] });
}

/** Roles that only this schema could have, and should not have any more. */
export async function strayRoles(
  client: Pool | ClientBase,
  { names, rolePrefix }: SchemaSpec,
): Promise<readonly RoleId[]> {
  if (rolePrefix === undefined) return [];
  const { rows } = await client.query<RoleId>(
    "SELECT rolname AS role, oid FROM pg_roles WHERE starts_with(rolname::text, $1) AND rolname <> ALL ($2::name[])",
    [rolePrefix, names.roles],
  );
  return rows;
}

/** The logins whose password is another one. */
export async function wrongPasswords({ verifiers }: Catalog, { logins }: SchemaSpec): Promise<Login[]> {
  const right = await Promise.all(
    logins.map(({ role, password }) => scramMatches(verifiers.get(role) ?? null, password)),
  );
  return logins.filter((_, i) => !right[i]);
}
