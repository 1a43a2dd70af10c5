import { appendOnly, connectOnly, createRole } from "../../stores/catalog/statements.ts";
import { commentOf } from "../../stores/catalog/version.ts";
import { chainTrigger } from "./chain-trigger.ts";
import type { AuditNames } from "./names.ts";

/**
 * Version of the layout below, kept in the schema's comment. Raise it with every change, and only ever add: older
 * releases must be able to work on.
 */
export const AUDIT_VERSION = 1;

/** Connections that one node may hold: the gateway's pool, and its next one during a restart. */
const WRITER_CONNECTIONS = 8;
/** Connections that people and reports may hold in sum. */
const READER_CONNECTIONS = 10;

/**
 * The whole trail, as statements that make it from nothing. They run under names that never are, in a transaction that
 * is rolled back: what the server then says about it is the standard that the real trail is compared with.
 */
export function definition(names: AuditNames): string {
  const { schema } = names;
  return [roles(names), tables(schema), appendOnly(schema, "entries"), chainTrigger(names), access(names)].join("\n");
}

function roles({ schema, owner, reader, writers }: AuditNames): string {
  return [
    createRole(owner, 0),
    createRole(reader, READER_CONNECTIONS),
    ...writers.map((role) => createRole(role, WRITER_CONNECTIONS)),
    `CREATE SCHEMA ${schema} AUTHORIZATION ${owner};`,
    `COMMENT ON SCHEMA ${schema} IS '${commentOf("audit trail", AUDIT_VERSION)}';`,
  ].join("\n");
}

/**
 * `entries`: what happened, one row a fact. `chains`: one row a node that ever wrote; who appends to a chain locks its
 * row, so that connections of one node take turns.
 */
function tables(schema: string): string {
  return `
CREATE TABLE ${schema}.entries (
  node text NOT NULL CONSTRAINT entries_node CHECK (node ~ '^[a-z][a-z0-9-]{0,62}$'),
  seq bigint NOT NULL CONSTRAINT entries_seq CHECK (seq BETWEEN 1 AND 9007199254740991),
  ts timestamptz(3) NOT NULL,
  kind text NOT NULL CONSTRAINT entries_kind CHECK (kind ~ '^[a-z]+([.][a-z_]+)+$' AND length(kind) <= 64),
  tenant text CONSTRAINT entries_tenant CHECK (tenant ~ '^[A-Z][A-Z0-9]{1,15}$'),
  reason text CONSTRAINT entries_reason CHECK (reason ~ '^[A-Z][A-Z0-9_]{0,63}$'),
  type integer CONSTRAINT entries_type CHECK (type BETWEEN 0 AND 255),
  source integer CONSTRAINT entries_source CHECK (source BETWEEN 0 AND 65535),
  destination integer CONSTRAINT entries_destination CHECK (destination BETWEEN 0 AND 65535),
  peer text CONSTRAINT entries_peer CHECK (length(peer) BETWEEN 1 AND 128),
  message_id text CONSTRAINT entries_message_id CHECK (message_id ~ '^[0-9a-f]{32}$'),
  detail text NOT NULL CONSTRAINT entries_detail CHECK (length(detail) <= 500),
  prev_hash bytea NOT NULL CONSTRAINT entries_prev_hash CHECK (octet_length(prev_hash) = 32),
  hash bytea NOT NULL CONSTRAINT entries_hash CHECK (octet_length(hash) = 32),
  signature bytea CONSTRAINT entries_signature CHECK (octet_length(signature) = 4627),
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (node, seq)
);
CREATE INDEX entries_by_time ON ${schema}.entries (ts DESC, node, seq);
CREATE TABLE ${schema}.chains (node text PRIMARY KEY);`;
}

/**
 * Who sees and adds what, by the role that runs the statement. A writer sees of its own rows what it needs to go on:
 * number, hash and signature. Nobody is granted a change, and no policy would let one pass, the owner's included.
 */
function access({ schema, prefix, owner, reader, writers }: AuditNames): string {
  const own = `(SELECT current_user) = '${prefix}' || replace(node, '-', '_')`;
  const is = (role: string): string => `(SELECT current_user) = '${role}'`;
  const given =
    "node, seq, ts, kind, tenant, reason, type, source, destination, peer, message_id, detail, prev_hash, hash, signature";
  return [
    ...["entries", "chains"].map(
      (table) =>
        `ALTER TABLE ${schema}.${table} OWNER TO ${owner}, ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;`,
    ),
    `CREATE POLICY own_insert ON ${schema}.entries FOR INSERT TO PUBLIC WITH CHECK (${own});`,
    `CREATE POLICY own_read ON ${schema}.entries FOR SELECT TO PUBLIC USING (${own});`,
    `CREATE POLICY reader_read ON ${schema}.entries FOR SELECT TO ${reader} USING (${is(reader)});`,
    `CREATE POLICY chain_read ON ${schema}.entries FOR SELECT TO ${owner} USING (${is(owner)});`,
    `CREATE POLICY chain_lock ON ${schema}.chains FOR ALL TO ${owner} USING (${is(owner)}) WITH CHECK (${is(owner)});`,
    `ALTER FUNCTION ${schema}.refuse_change() OWNER TO ${owner};`,
    `ALTER FUNCTION ${schema}.extend_chain() OWNER TO ${owner};`,
    `REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ${schema} FROM PUBLIC;`,
    `GRANT USAGE ON SCHEMA ${schema} TO ${[reader, ...writers].join(", ")};`,
    `GRANT SELECT ON ${schema}.entries TO ${reader};`,
    ...writers.map(
      (role) => `GRANT INSERT (${given}), SELECT (node, seq, hash, signature) ON ${schema}.entries TO ${role};`,
    ),
    connectOnly([reader, ...writers]),
  ].join("\n");
}
