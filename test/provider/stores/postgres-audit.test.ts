import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../infra/provider/handler.ts";
import type {
  PostgresAuditTrailInputs as Inputs,
  PostgresAuditTrailState as State,
} from "../../../infra/provider/resources/postgres-audit-trail/args.ts";
import { postgresAuditTrailOn } from "../../../infra/provider/resources/postgres-audit-trail/handler.ts";
import { contractSuite } from "../contract.ts";
import { appendMore, headOf, trailOf } from "./audit-rig.ts";
import { postgresRig } from "./postgres-rig.ts";

const rig = postgresRig();
const { drift, sql, start, stop } = rig;
const handler = postgresAuditTrailOn(rig.store);

/** Appends to every chain and takes it back, reads its head, reads all. */
async function works(inputs: Inputs): Promise<void> {
  for (const { node, password } of inputs.writers) {
    await rig.as(`dsmil_audit_${node.replace("-", "_")}`, password, async (client) => {
      await client.query("BEGIN");
      await appendMore(client, node, 3);
      expect((await headOf(client, node)).seq).toBe(3);
      await client.query("ROLLBACK");
    });
  }
  await rig.as("dsmil_audit_reader", inputs.readerPassword, (client) =>
    client.query("SELECT * FROM dsmil_audit.entries"),
  );
}

contractSuite<Inputs, State>({
  name: "PostgresAuditTrail",
  handler,
  connect: (node) => rig.server.connect(node),
  setup: start,
  teardown: stop,
  inputs: () => trailOf("node-a", "node-b"),
  changed: () => ({
    ...trailOf("node-a", "node-d"),
    writers: [
      { node: "node-a", password: "Another-Password-0123" },
      { node: "node-d", password: "Yet-Another-Password-0123" },
    ],
    readerPassword: "Another-Password-0123",
  }),
  changedPaths: ["readerPassword", 'writers["node-a"].password', 'writers["node-b"]', 'writers["node-d"]'],
  drifts: [
    drift("DROP TRIGGER append_only ON dsmil_audit.entries", "trigger entries.append_only"),
    drift("ALTER TABLE dsmil_audit.entries DISABLE TRIGGER append_only", "trigger entries.append_only"),
    drift("DROP TRIGGER extend_chain ON dsmil_audit.entries", "trigger entries.extend_chain"),
    drift("ALTER TABLE dsmil_audit.entries ENABLE TRIGGER extend_chain", "trigger entries.extend_chain"),
    drift(
      "CREATE OR REPLACE FUNCTION dsmil_audit.extend_chain() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
      "function extend_chain()",
    ),
    drift("ALTER FUNCTION dsmil_audit.extend_chain() SECURITY INVOKER", "function extend_chain()"),
    drift("ALTER POLICY own_insert ON dsmil_audit.entries WITH CHECK (true)", "policy entries.own_insert"),
    drift("ALTER POLICY own_read ON dsmil_audit.entries USING (true)", "policy entries.own_read"),
    drift("ALTER POLICY reader_read ON dsmil_audit.entries TO PUBLIC", "policy entries.reader_read"),
    drift("CREATE POLICY open ON dsmil_audit.entries FOR UPDATE USING (true)", "policy entries.open"),
    drift("ALTER TABLE dsmil_audit.entries NO FORCE ROW LEVEL SECURITY", "relation entries"),
    drift("ALTER TABLE dsmil_audit.chains DISABLE ROW LEVEL SECURITY", "relation chains"),
    drift("ALTER TABLE dsmil_audit.entries OWNER TO dsmil_audit_node_a", "relation entries", ...ownership()),
    drift(
      "GRANT UPDATE ON dsmil_audit.entries TO dsmil_audit_node_a",
      "grant table entries to dsmil_audit_node_a: UPDATE",
    ),
    drift(
      "GRANT SELECT (detail) ON dsmil_audit.entries TO dsmil_audit_node_a",
      "grant table entries.detail to dsmil_audit_node_a: SELECT",
    ),
    drift(
      "GRANT INSERT (recorded_at) ON dsmil_audit.entries TO dsmil_audit_node_b",
      "grant table entries.recorded_at to dsmil_audit_node_b: INSERT",
    ),
    drift("GRANT USAGE ON SCHEMA dsmil_audit TO stranger", "grant schema dsmil_audit to stranger: USAGE"),
    drift(
      "REVOKE INSERT (hash) ON dsmil_audit.entries FROM dsmil_audit_node_b",
      "grant table entries.hash to dsmil_audit_node_b: INSERT",
    ),
    drift("ALTER ROLE dsmil_audit_node_a SUPERUSER", "role dsmil_audit_node_a"),
    drift("ALTER ROLE dsmil_audit_reader BYPASSRLS CONNECTION LIMIT -1", "role dsmil_audit_reader"),
    drift("ALTER ROLE dsmil_audit_owner LOGIN", "role dsmil_audit_owner"),
    drift("ALTER ROLE dsmil_audit_node_a PASSWORD 'stolen'", "password dsmil_audit_node_a"),
    drift("ALTER ROLE dsmil_audit_reader PASSWORD NULL", "password dsmil_audit_reader"),
    drift("GRANT dsmil_audit_owner TO dsmil_audit_node_a", "member dsmil_audit_node_a in dsmil_audit_owner"),
    drift("GRANT dsmil_audit_reader TO stranger", "member stranger in dsmil_audit_reader"),
    drift(
      "CREATE ROLE dsmil_audit_node_x LOGIN IN ROLE dsmil_audit_reader; GRANT INSERT ON dsmil_audit.entries TO dsmil_audit_node_x",
      "role dsmil_audit_node_x",
      "member dsmil_audit_node_x in dsmil_audit_reader",
      "grant table entries to dsmil_audit_node_x: INSERT",
    ),
    drift("ALTER TABLE dsmil_audit.entries ALTER ts TYPE timestamptz", "column entries.ts"),
    drift("ALTER TABLE dsmil_audit.entries ALTER recorded_at DROP DEFAULT", "column entries.recorded_at"),
    drift("ALTER TABLE dsmil_audit.entries DROP CONSTRAINT entries_pkey", "constraint entries.entries_pkey"),
    drift("ALTER TABLE dsmil_audit.entries DROP CONSTRAINT entries_detail", "constraint entries.entries_detail"),
    drift("DROP INDEX dsmil_audit.entries_by_time", "index entries.entries_by_time"),
    drift("CREATE RULE hide AS ON INSERT TO dsmil_audit.entries DO INSTEAD NOTHING", "rule entries.hide"),
    drift("DROP TABLE dsmil_audit.chains", "relation chains"),
    drift("COMMENT ON SCHEMA dsmil_audit IS NULL", "schema dsmil_audit"),
    drift("DROP SCHEMA dsmil_audit CASCADE", "schema dsmil_audit"),
    drift(
      "DROP OWNED BY dsmil_audit_node_b; DROP ROLE dsmil_audit_node_b",
      "role dsmil_audit_node_b",
      "password dsmil_audit_node_b",
    ),
  ],
  fingerprint: rig.fingerprint,
  gone: async () =>
    (
      await sql(
        "SELECT rolname FROM pg_roles WHERE rolname LIKE '%audit%' UNION ALL SELECT nspname FROM pg_namespace WHERE nspname LIKE '%audit%' OR nspname LIKE '%zq%'",
      )
    ).length === 0,
  works,
  importWithout: ["writers", "readerPassword"],
});

/** What the catalog says when the table is another role's: all its rights are that role's, and the owner's are not. */
function ownership(): string[] {
  const rights = ["DELETE", "INSERT", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE"];
  return ["dsmil_audit_node_a", "dsmil_audit_owner"].flatMap((role) =>
    rights.map((right) => `grant table entries to ${role}: ${right}`),
  );
}

describe("PostgresAuditTrail: check", () => {
  const reasons = (more: object): string =>
    handler
      .check({ ...trailOf("node-a"), ...more })
      .map(({ property, reason }) => `${property}: ${reason}`)
      .join("\n");
  const writer = (node: unknown, password: unknown = "0123456789abcdef") => ({ writers: [{ node, password }] });
  it.each<[string, object]>([
    ["node", { node: undefined }],
    ["database", { database: "a b" }],
    ["readerPassword", { readerPassword: "short" }],
    ["allowDataLoss", { allowDataLoss: "yes" }],
    ["retain", { retain: 1 }],
    ["writers", { writers: "node-a" }],
    ["writers[0].node", writer("owner")],
    ["writers[0].node", writer("reader")],
    ["writers[0].node", writer("node_a")],
    ["writers[0].node", writer("n".repeat(41))],
    ["writers[0].password", writer("node-a", "short")],
    ["writers[1].node", { writers: [...trailOf("node-a").writers, ...trailOf("node-a").writers] }],
    ["color", { color: "red" }],
  ])("names %s", (property, more) => {
    expect(reasons(more).startsWith(`${property}: `), reasons(more)).toBe(true);
  });

  it("lets unknown values pass, and marks passwords as secret", () => {
    expect(reasons({ ...writer(UNKNOWN, UNKNOWN), readerPassword: UNKNOWN, database: UNKNOWN })).toBe("");
    expect(reasons({ writers: UNKNOWN })).toBe("");
    expect(handler.secretPaths?.({ ...trailOf("node-a", "node-b") })).toEqual([
      ["readerPassword"],
      ["writers", 0, "password"],
      ["writers", 1, "password"],
    ]);
  });
});
