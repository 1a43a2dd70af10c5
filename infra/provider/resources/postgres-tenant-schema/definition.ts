import { appendOnly, connectOnly, createRole } from "../../stores/catalog/statements.ts";
import { commentOf } from "../../stores/catalog/version.ts";
import { DECISION_COLUMNS, decisionChain, decisionsTable } from "./decisions.ts";
import type { TenantNames } from "./names.ts";
import { PROPOSAL_COLUMNS, proposalsTable } from "./proposals.ts";

/**
 * Version of the layout below, kept in the schema's comment. Raise it with every change, and only ever add: older
 * releases must be able to work on.
 */
export const SCHEMA_VERSION = 2;

/** Connections that services of one tenant may hold in sum. */
const APP_CONNECTIONS = 20;
/** Connections that people and reports of one tenant may hold in sum. */
const READER_CONNECTIONS = 10;

/**
 * Everything a tenant has in PostgreSQL, as statements that make it from nothing. They run for a tenant that never is,
 * in a transaction that is rolled back: what the server then says about it is the standard that real schemas are
 * compared with and repaired to.
 */
export function definition(names: TenantNames, retentionDays: number): string {
  return [
    roles(names),
    tables(names),
    appendOnly(names.schema, "audit_log", "decisions"),
    decisionChain(names),
    retention(names, retentionDays),
    policies(names, retentionDays),
    grants(names),
  ].join("\n");
}

function roles({ schema, owner, app, reader }: TenantNames): string {
  return `
${createRole(owner, 0)}
${createRole(app, APP_CONNECTIONS)}
${createRole(reader, READER_CONNECTIONS)}
ALTER ROLE ${app} SET search_path TO ${schema};
ALTER ROLE ${reader} SET search_path TO ${schema};
CREATE SCHEMA ${schema} AUTHORIZATION ${owner};
COMMENT ON SCHEMA ${schema} IS '${commentOf("tenant schema", SCHEMA_VERSION)}';`;
}

function tables(names: TenantNames): string {
  const { schema, tenantId } = names;
  const tenant = (table: string): string =>
    `tenant_id text NOT NULL DEFAULT '${tenantId}' CONSTRAINT ${table}_tenant CHECK (tenant_id = '${tenantId}')`;
  return `
CREATE TABLE ${schema}.events (
  event_id uuid PRIMARY KEY,
  ${tenant("events")},
  ts timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  source text NOT NULL,
  category text NOT NULL,
  severity text NOT NULL
    CONSTRAINT events_severity CHECK (severity IN ('INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
  l3 jsonb,
  l4 jsonb,
  l8 jsonb,
  raw jsonb NOT NULL,
  archived_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX events_by_time ON ${schema}.events (tenant_id, ts DESC);
CREATE INDEX events_by_age ON ${schema}.events (archived_at);
CREATE TABLE ${schema}.rejects (
  reject_id uuid PRIMARY KEY,
  ${tenant("rejects")},
  source text,
  line text,
  reason text NOT NULL,
  received_at timestamptz NOT NULL,
  archived_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX rejects_by_age ON ${schema}.rejects (archived_at);
CREATE TABLE ${schema}.policies (
  policy_id text,
  version int,
  ${tenant("policies")},
  document jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (policy_id, version)
);
CREATE TABLE ${schema}.audit_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ${tenant("audit_log")},
  ts timestamptz NOT NULL DEFAULT now(),
  actor text NOT NULL,
  action text NOT NULL,
  outcome text NOT NULL,
  detail jsonb
);
CREATE INDEX audit_log_by_time ON ${schema}.audit_log (tenant_id, ts DESC);
CREATE INDEX audit_log_emergency ON ${schema}.audit_log (action, id DESC)
  WHERE action IN ('emergency.stop', 'emergency.release');
${decisionsTable(names, tenant("decisions"))}
${proposalsTable(names, tenant("proposals"))}`;
}

/** Rows older than the archive keeps, by the server's clock: services cannot set `archived_at`. */
const aged = (days: number): string => `archived_at < now() - make_interval(days => ${days})`;

function retention({ schema, tenantId }: TenantNames, days: number): string {
  return `
CREATE FUNCTION ${schema}.purge_events() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
  dropped bigint;
  total bigint;
BEGIN
  DELETE FROM ${schema}.events WHERE tenant_id = '${tenantId}' AND ${aged(days)};
  GET DIAGNOSTICS total = ROW_COUNT;
  DELETE FROM ${schema}.rejects WHERE tenant_id = '${tenantId}' AND ${aged(days)};
  GET DIAGNOSTICS dropped = ROW_COUNT;
  total := total + dropped;
  DELETE FROM ${schema}.proposals WHERE tenant_id = '${tenantId}' AND ${aged(days)};
  GET DIAGNOSTICS dropped = ROW_COUNT;
  RETURN total + dropped;
END $body$;`;
}

/**
 * Who sees what, by the role that runs the statement: a client can set any parameter, but not who it is. The owner is
 * bound as well, so that `purge_events()` cannot go beyond the retention, whatever it is made to run.
 */
function policies({ schema, tenantId, owner, app, reader }: TenantNames, days: number): string {
  const as = (...roles: string[]): string =>
    `tenant_id = '${tenantId}' AND (SELECT current_user) IN (${roles.map((role) => `'${role}'`).join(", ")})`;
  const all = ["events", "rejects", "policies", "audit_log", "decisions", "proposals"];
  const policy = (table: string, name: string, rest: string): string =>
    `CREATE POLICY ${name} ON ${schema}.${table} ${rest};`;
  return [
    ...all.flatMap((table) => [
      `ALTER TABLE ${schema}.${table} OWNER TO ${owner}, ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;`,
      policy(table, "tenant_read", `FOR SELECT TO ${app}, ${reader} USING (${as(app, reader)})`),
      policy(table, "tenant_insert", `FOR INSERT TO ${app} WITH CHECK (${as(app)})`),
    ]),
    policy("events", "tenant_update", `FOR UPDATE TO ${app} USING (${as(app)}) WITH CHECK (${as(app)})`),
    policy("decisions", "chain_read", `FOR SELECT TO ${owner} USING (${as(owner)})`),
    ...["events", "rejects", "proposals"].flatMap((table) => [
      policy(table, "retention_read", `FOR SELECT TO ${owner} USING (${as(owner)} AND ${aged(days)})`),
      policy(table, "retention_delete", `FOR DELETE TO ${owner} USING (${as(owner)} AND ${aged(days)})`),
    ]),
  ].join("\n");
}

/** What is not granted is what the server fills in itself: keys that count, and times of writing. */
function grants({ schema, owner, app, reader }: TenantNames): string {
  const writable = "ts, received_at, source, category, severity, l3, l4, l8, raw";
  return `
ALTER FUNCTION ${schema}.refuse_change() OWNER TO ${owner};
ALTER FUNCTION ${schema}.extend_decisions() OWNER TO ${owner};
ALTER FUNCTION ${schema}.purge_events() OWNER TO ${owner};
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ${schema} FROM PUBLIC;
GRANT USAGE ON SCHEMA ${schema} TO ${app}, ${reader};
GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO ${app}, ${reader};
GRANT INSERT (event_id, tenant_id, ${writable}), UPDATE (${writable}) ON ${schema}.events TO ${app};
GRANT INSERT (reject_id, tenant_id, source, line, reason, received_at) ON ${schema}.rejects TO ${app};
GRANT INSERT (policy_id, version, tenant_id, document) ON ${schema}.policies TO ${app};
GRANT INSERT (tenant_id, actor, action, outcome, detail) ON ${schema}.audit_log TO ${app};
GRANT INSERT (${DECISION_COLUMNS}) ON ${schema}.decisions TO ${app};
GRANT INSERT (${PROPOSAL_COLUMNS}) ON ${schema}.proposals TO ${app};
GRANT EXECUTE ON FUNCTION ${schema}.purge_events() TO ${app};
${connectOnly([app, reader])}`;
}
