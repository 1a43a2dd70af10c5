import { postgres } from "../../provider/stores/postgres.ts";
import { lookingContext } from "./context.ts";
import type { NameMatcher, Trace } from "./trace.ts";

/** Everything with a name, owner or grant in the catalog, and sessions that run. `$1`: the pattern. */
const QUERY = `
  select 'role ' || rolname as what from pg_roles where rolname ~* $1
  union all select 'schema ' || nspname from pg_namespace where nspname ~* $1
  union all select 'relation ' || oid::regclass::text from pg_class
    where relkind in ('r', 'v', 'm', 'S', 'p', 'f') and (oid::regclass::text ~* $1 or relacl::text ~* $1)
  union all select 'function ' || oid::regprocedure::text from pg_proc
    where oid::regprocedure::text ~* $1 or proacl::text ~* $1
  union all select 'policy ' || policyname || ' on ' || schemaname || '.' || tablename from pg_policies
    where concat_ws(' ', policyname, schemaname, tablename, roles::text, qual, with_check) ~* $1
  union all select 'grant on database ' || datname from pg_database where datacl::text ~* $1 or datname ~* $1
  union all select 'grant on schema ' || nspname from pg_namespace where nspname !~* $1 and nspacl::text ~* $1
  union all select 'default privileges in ' || defaclnamespace::regnamespace::text from pg_default_acl
    where defaclacl::text ~* $1 or defaclrole::regrole::text ~* $1
  union all select 'setting of ' || setrole::regrole::text from pg_db_role_setting
    where setrole::regrole::text ~* $1 or setconfig::text ~* $1
  union all select 'session ' || pid || ' of ' || usename from pg_stat_activity
    where pid <> pg_backend_pid() and usename ~* $1
  order by 1`;

/** Roles, schemas, relations, functions, policies, grants, settings and sessions in PostgreSQL. */
export async function tracesInPostgres(node: string, database: string, name: NameMatcher): Promise<Trace[]> {
  const read = async (pool: { query(text: string, values: string[]): Promise<{ rows: { what: string }[] }> }) =>
    (await pool.query(QUERY, [name.pattern])).rows.map(({ what }) => ({ place: `postgres on ${node}`, what }));
  return postgres.look(lookingContext(), node, read, database);
}
