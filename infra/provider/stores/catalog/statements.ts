/** Serialises what changes things that all schemas share: the database's and the public schema's rights. */
export const SHARED_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('dsmil shared', 0))";

/** A role without any power of its own. @param connections that it may hold in sum; 0: it cannot log in */
export function createRole(role: string, connections: number): string {
  const never = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION NOBYPASSRLS";
  return `CREATE ROLE ${role} ${never} ${connections > 0 ? "LOGIN" : "NOLOGIN"} CONNECTION LIMIT ${connections};`;
}

/** No statement changes a line once written, whoever runs it, not even with triggers off for replication. */
export function appendOnly(schema: string, ...tables: readonly string[]): string {
  const triggers = tables.map(
    (table) => `
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ${schema}.${table}
  FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.refuse_change();
ALTER TABLE ${schema}.${table} ENABLE ALWAYS TRIGGER append_only;`,
  );
  return `
CREATE FUNCTION ${schema}.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
  RAISE EXCEPTION '% on %.% refused: the audit log is append-only', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $body$;${triggers.join("")}`;
}

/** The database is open to these roles, among others, and to nobody by default. */
export function connectOnly(roles: readonly string[]): string {
  return `
REVOKE ALL ON SCHEMA public FROM PUBLIC;
DO $body$ BEGIN
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO ${roles.join(", ")}', current_database());
END $body$;`;
}
