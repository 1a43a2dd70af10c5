import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type ChainedDecision,
  chainDecision,
  DECISION_GENESIS,
} from "../../../images/runtime/policy/decision-record.ts";
import { appendDecisions as appendStatement, DECISION_ERRORS } from "../../../images/runtime/policy/decision-sql.ts";
import { UNKNOWN } from "../../../infra/provider/handler.ts";
import type {
  PostgresTenantSchemaInputs as Inputs,
  PostgresTenantSchemaState as State,
} from "../../../infra/provider/resources/postgres-tenant-schema/args.ts";
import { postgresTenantSchemaOn } from "../../../infra/provider/resources/postgres-tenant-schema/handler.ts";
import { namesOf } from "../../../infra/provider/resources/postgres-tenant-schema/names.ts";
import { factsQuery } from "../../../infra/provider/stores/catalog/facts-query.ts";
import { contractSuite } from "../contract.ts";
import { postgresRig, refused } from "./postgres-rig.ts";

const rig = postgresRig();
const { store, context, admin, sql, login, start, stop, fingerprint, drift } = rig;
const handler = postgresTenantSchemaOn(store);

const inputsOf = (tenant: string): Inputs => ({
  node: "node-c",
  database: "dsmil",
  tenant,
  appPassword: `${tenant}-app-Password-0123`,
  readerPassword: `${tenant}-reader-Password-0123`,
  archiveRetentionDays: 90,
  drift: {},
});
const stateOf = (tenant: string, more: Partial<State> = {}): State => ({
  ...inputsOf(tenant),
  schema: `dsmil_${tenant}`,
  schemaVersion: 2,
  ...more,
});

const as = <T>(tenant: string, role: "app" | "reader", work: (client: Client) => Promise<T>): Promise<T> =>
  rig.as(`${tenant}_${role}`, `${tenant}-${role}-Password-0123`, work);

const eventOf = (id: number): string => `00000000-0000-4000-8000-${String(id).padStart(12, "0")}`;
const insertEvent = (id: number, tenant = ""): string =>
  `INSERT INTO events (event_id, ts, received_at, source, category, severity, raw${tenant && ", tenant_id"})
   VALUES ('${eventOf(id)}', now(), now(), 'test', 'auth', 'HIGH', '{}'${tenant && `, '${tenant}'`})`;

/** A chain of decisions of one writer. */
function decisions(tenant: string, count: number, writer = "l8-soar"): readonly ChainedDecision[] {
  let prev = DECISION_GENESIS;
  return Array.from({ length: count }, (_, index) => {
    const record = chainDecision(prev, {
      ...{ writer, seq: index + 1, ts: "2026-11-21T17:05:09.120Z", tenant: tenant.toUpperCase(), device: 58 },
      ...{
        decision: "allow_action",
        request: '{"action":"\u0001"ü\u2028"}',
        allow: true,
        reasons: ["action_listed", "b"],
      },
      ...{ policyVersion: 7, policyBundle: "ab".repeat(48), about: index === 0 ? null : "\u0007/<é\\", micros: 12 },
    });
    prev = record.hash;
    return record;
  });
}
const appendDecisions = (tenant: string, records: readonly ChainedDecision[]) => {
  const { text, values } = appendStatement(`dsmil_${tenant}`, records);
  return { text, values: [...values] };
};
const insertProposal = (id: number): string =>
  `INSERT INTO proposals (proposal_id, ts, device, event_id, action, target, rationale, severity, channels, decision_writer,
   decision_seq, policy_version, status) VALUES ('${eventOf(id)}', now(), 58, '${eventOf(1)}', 'ALERT_ONLY', '', 'r', 'HIGH', '{}',
   'l8-soar', 1, 7, 'proposed')`;

async function works(inputs: Inputs): Promise<void> {
  const app = await login(`${inputs.tenant}_app`, inputs.appPassword);
  try {
    await app.query("BEGIN");
    await app.query(insertEvent(1));
    await app.query(
      `${insertEvent(1)} ON CONFLICT (event_id) DO UPDATE SET l8 = '{"x":1}', severity = EXCLUDED.severity`,
    );
    const { rows } = await app.query("SELECT tenant_id, l8 FROM events");
    expect(rows).toEqual([{ tenant_id: inputs.tenant.toUpperCase(), l8: { x: 1 } }]);
    await app.query("INSERT INTO audit_log (actor, action, outcome) VALUES ('a', 'b', 'c')");
    await app.query(`INSERT INTO rejects (reject_id, reason, received_at) VALUES ('${eventOf(2)}', 'bad', now())`);
    await app.query("INSERT INTO policies (policy_id, version, document) VALUES ('p', 1, '{}')");
    await app.query(appendDecisions(inputs.tenant, decisions(inputs.tenant, 2)));
    await app.query(insertProposal(1));
    await app.query(`${insertProposal(1)} ON CONFLICT (proposal_id) DO NOTHING`);
    expect((await app.query("SELECT purge_events() AS n")).rows).toEqual([{ n: "0" }]);
    await app.query("ROLLBACK");
  } finally {
    await app.end();
  }
  const reader = await login(`${inputs.tenant}_reader`, inputs.readerPassword);
  await reader
    .query("SELECT * FROM events, rejects, policies, audit_log, decisions, proposals")
    .finally(() => reader.end());
}

contractSuite<Inputs, State>({
  name: "PostgresTenantSchema",
  handler,
  connect: (node) => rig.server.connect(node),
  setup: start,
  teardown: stop,
  inputs: () => inputsOf("alpha"),
  changed: () => ({ ...inputsOf("alpha"), appPassword: "Another-Password-0123", archiveRetentionDays: 30 }),
  changedPaths: ["appPassword", "archiveRetentionDays"],
  drifts: [
    drift("DROP POLICY tenant_read ON dsmil_alpha.events", "policy events.tenant_read"),
    drift("ALTER POLICY tenant_read ON dsmil_alpha.events USING (true)", "policy events.tenant_read"),
    drift("ALTER POLICY tenant_insert ON dsmil_alpha.audit_log TO PUBLIC", "policy audit_log.tenant_insert"),
    drift("CREATE POLICY open ON dsmil_alpha.events USING (true)", "policy events.open"),
    drift("ALTER TABLE dsmil_alpha.events DISABLE ROW LEVEL SECURITY", "relation events"),
    drift("ALTER TABLE dsmil_alpha.policies NO FORCE ROW LEVEL SECURITY", "relation policies"),
    drift(
      "GRANT SELECT, UPDATE ON dsmil_alpha.events TO stranger",
      "grant table events to stranger: SELECT",
      "grant table events to stranger: UPDATE",
    ),
    drift("GRANT SELECT (raw) ON dsmil_alpha.events TO PUBLIC", "grant table events.raw to PUBLIC: SELECT"),
    drift("GRANT DELETE ON dsmil_alpha.audit_log TO alpha_app", "grant table audit_log to alpha_app: DELETE"),
    drift(
      "GRANT SELECT ON dsmil_alpha.events TO alpha_app WITH GRANT OPTION",
      "grant table events to alpha_app: SELECT",
    ),
    drift("REVOKE INSERT (raw) ON dsmil_alpha.events FROM alpha_app", "grant table events.raw to alpha_app: INSERT"),
    drift("GRANT CREATE ON SCHEMA dsmil_alpha TO alpha_app", "grant schema dsmil_alpha to alpha_app: CREATE"),
    drift("GRANT USAGE ON SCHEMA dsmil_alpha TO PUBLIC", "grant schema dsmil_alpha to PUBLIC: USAGE"),
    drift(
      "GRANT EXECUTE ON FUNCTION dsmil_alpha.purge_events() TO PUBLIC",
      "grant routine purge_events() to PUBLIC: EXECUTE",
    ),
    drift("GRANT TEMP ON DATABASE dsmil TO PUBLIC", "grant database dsmil to PUBLIC: TEMPORARY"),
    drift("REVOKE CONNECT ON DATABASE dsmil FROM alpha_reader", "grant database dsmil to alpha_reader: CONNECT"),
    drift("GRANT CREATE ON SCHEMA public TO PUBLIC", "grant schema public to PUBLIC: CREATE"),
    drift("ALTER ROLE alpha_app SUPERUSER BYPASSRLS INHERIT", "role alpha_app"),
    drift("ALTER ROLE alpha_reader NOLOGIN CONNECTION LIMIT 99", "role alpha_reader"),
    drift("ALTER ROLE alpha_reader VALID UNTIL '2020-01-01'", "role alpha_reader"),
    drift("ALTER ROLE alpha_app PASSWORD 'stolen'", "password alpha_app"),
    drift("ALTER ROLE alpha_reader PASSWORD NULL", "password alpha_reader"),
    drift("ALTER ROLE alpha_app SET search_path TO public", "setting alpha_app search_path"),
    drift("ALTER ROLE alpha_app IN DATABASE dsmil SET role TO dsmil_alpha_owner", "setting alpha_app role in dsmil"),
    drift("GRANT dsmil_alpha_owner TO alpha_app", "member alpha_app in dsmil_alpha_owner"),
    drift("GRANT alpha_app TO stranger", "member stranger in alpha_app"),
    drift("GRANT pg_read_all_data TO alpha_reader", "member alpha_reader in pg_read_all_data"),
    drift("DROP TABLE dsmil_alpha.rejects", "relation rejects"),
    drift("DROP TABLE dsmil_alpha.audit_log", "relation audit_log"),
    drift(
      "ALTER TABLE dsmil_alpha.events DROP COLUMN l8",
      "column events.l8",
      "grant table events.l8 to alpha_app: INSERT",
      "grant table events.l8 to alpha_app: UPDATE",
    ),
    drift("ALTER TABLE dsmil_alpha.events ADD COLUMN note text", "column events.note"),
    drift(
      "ALTER TABLE dsmil_alpha.rejects ALTER line TYPE varchar(10), ALTER reason DROP NOT NULL",
      "column rejects.line",
      "column rejects.reason",
    ),
    drift("ALTER TABLE dsmil_alpha.events ALTER tenant_id SET DEFAULT 'BRAVO'", "column events.tenant_id"),
    drift("ALTER TABLE dsmil_alpha.events DROP CONSTRAINT events_tenant", "constraint events.events_tenant"),
    drift("ALTER TABLE dsmil_alpha.events DROP CONSTRAINT events_pkey", "constraint events.events_pkey"),
    drift("ALTER TABLE dsmil_alpha.events ADD CONSTRAINT odd CHECK (source <> 'x')", "constraint events.odd"),
    drift(
      "ALTER TABLE dsmil_alpha.audit_log ALTER id DROP IDENTITY",
      "column audit_log.id",
      "relation audit_log_id_seq",
      "grant sequence audit_log_id_seq to dsmil_alpha_owner: SELECT",
      "grant sequence audit_log_id_seq to dsmil_alpha_owner: UPDATE",
      "grant sequence audit_log_id_seq to dsmil_alpha_owner: USAGE",
    ),
    drift("DROP INDEX dsmil_alpha.events_by_time", "index events.events_by_time"),
    drift("CREATE INDEX odd ON dsmil_alpha.events (source)", "index events.odd"),
    drift("ALTER TABLE dsmil_alpha.audit_log DISABLE TRIGGER append_only", "trigger audit_log.append_only"),
    drift("DROP TRIGGER append_only ON dsmil_alpha.audit_log", "trigger audit_log.append_only"),
    drift("ALTER TABLE dsmil_alpha.decisions DISABLE TRIGGER extend_decisions", "trigger decisions.extend_decisions"),
    drift("DROP TRIGGER append_only ON dsmil_alpha.decisions", "trigger decisions.append_only"),
    drift("DROP POLICY chain_read ON dsmil_alpha.decisions", "policy decisions.chain_read"),
    drift("GRANT UPDATE ON dsmil_alpha.proposals TO alpha_app", "grant table proposals to alpha_app: UPDATE"),
    drift("CREATE RULE odd AS ON INSERT TO dsmil_alpha.events DO ALSO NOTHING", "rule events.odd"),
    drift(
      "CREATE OR REPLACE FUNCTION dsmil_alpha.refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
      "function refuse_change()",
    ),
    drift("ALTER FUNCTION dsmil_alpha.purge_events() RESET ALL", "function purge_events()"),
    drift(
      "ALTER FUNCTION dsmil_alpha.purge_events() OWNER TO dsmil_admin",
      "function purge_events()",
      "grant routine purge_events() to dsmil_admin: EXECUTE",
      "grant routine purge_events() to dsmil_alpha_owner: EXECUTE",
    ),
    drift(
      "DROP FUNCTION dsmil_alpha.purge_events()",
      "function purge_events()",
      "grant routine purge_events() to alpha_app: EXECUTE",
      "grant routine purge_events() to dsmil_alpha_owner: EXECUTE",
    ),
    drift("COMMENT ON SCHEMA dsmil_alpha IS NULL", "schema dsmil_alpha"),
    drift(
      "ALTER DEFAULT PRIVILEGES FOR ROLE dsmil_admin IN SCHEMA dsmil_alpha GRANT SELECT ON TABLES TO stranger",
      "default r of dsmil_admin in dsmil_alpha to stranger: SELECT",
    ),
    drift("DROP SCHEMA dsmil_alpha CASCADE", "schema dsmil_alpha"),
    {
      name: "everything dropped",
      break: async () =>
        void (await sql(
          "DROP SCHEMA dsmil_alpha CASCADE; DROP OWNED BY alpha_app, alpha_reader, dsmil_alpha_owner; DROP ROLE alpha_app, alpha_reader, dsmil_alpha_owner",
        )),
    },
  ],
  fingerprint,
  gone: async () =>
    (
      await sql(
        "SELECT rolname FROM pg_roles WHERE rolname LIKE '%alpha%' UNION ALL SELECT nspname FROM pg_namespace WHERE nspname LIKE '%alpha%' OR nspname LIKE '%zq%'",
      )
    ).length === 0,
  works,
  importWithout: ["appPassword", "readerPassword"],
});

describe("PostgresTenantSchema: isolation", () => {
  beforeAll(async () => {
    await start();
    await Promise.all(["alpha", "bravo"].map((tenant) => handler.reconcile(inputsOf(tenant), undefined, context())));
    for (const tenant of ["alpha", "bravo"]) await as(tenant, "app", (c) => c.query(insertEvent(1)));
  }, 60_000);
  afterAll(stop);

  it.each([
    ["SELECT * FROM dsmil_bravo.events", /permission denied for schema dsmil_bravo/],
    ["INSERT INTO dsmil_bravo.audit_log (actor, action, outcome) VALUES ('a', 'b', 'c')", /permission denied/],
    ["SELECT dsmil_bravo.purge_events()", /permission denied/],
    ["SET ROLE bravo_app", /permission denied to set role/],
    ["SET ROLE dsmil_alpha_owner", /permission denied to set role/],
    ["SET SESSION AUTHORIZATION bravo_app", /permission denied/],
    ["SET SESSION AUTHORIZATION dsmil_admin", /permission denied/],
    ["SET session_replication_role TO replica", /permission denied/],
    [insertEvent(2, "BRAVO"), /row-level security|events_tenant/],
    ["UPDATE events SET tenant_id = 'BRAVO'", /permission denied/],
    ["UPDATE events SET archived_at = '2000-01-01'", /permission denied/],
    ["DELETE FROM events", /permission denied/],
    ["TRUNCATE events", /permission denied/],
    ["UPDATE audit_log SET actor = 'x'", /permission denied/],
    ["DELETE FROM audit_log", /permission denied/],
    ["TRUNCATE audit_log", /permission denied/],
    ["INSERT INTO audit_log (actor, action, outcome, ts) VALUES ('a', 'b', 'c', '2000-01-01')", /permission denied/],
    ["UPDATE decisions SET allow = true", /permission denied/],
    ["DELETE FROM decisions", /permission denied/],
    ["TRUNCATE decisions", /permission denied/],
    ["ALTER TABLE decisions DISABLE TRIGGER ALL", /must be owner/],
    ["UPDATE proposals SET action = 'NOTHING'", /permission denied/],
    ["DELETE FROM proposals", /permission denied/],
    ["UPDATE policies SET document = '{}'", /permission denied/],
    ["ALTER TABLE events DISABLE ROW LEVEL SECURITY", /must be owner/],
    ["CREATE POLICY x ON events USING (true)", /must be owner/],
    ["ALTER TABLE audit_log DISABLE TRIGGER ALL", /must be owner/],
    ["DROP TABLE events", /must be owner/],
    ["CREATE TABLE x (y int)", /permission denied/],
    ["CREATE TABLE public.x (y int)", /permission denied/],
    ["CREATE TEMP TABLE events (y int)", /permission denied to create temporary tables/],
    ["CREATE SCHEMA x", /permission denied/],
    ["CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", /permission denied/],
    ["CREATE ROLE x", /permission denied/],
    ["ALTER ROLE alpha_app SUPERUSER", /superuser|permission denied/],
    ["ALTER ROLE alpha_app CONNECTION LIMIT -1", /permission denied/],
    ["SELECT rolpassword FROM pg_authid", /permission denied/],
    ["COPY events TO '/tmp/x'", /must be superuser/],
    ["COPY events FROM PROGRAM 'id'", /must be superuser/],
    ["SELECT pg_read_file('/etc/passwd')", /permission denied/],
    ["SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'dsmil_admin'", /must be a superuser/],
  ])("alpha_app may not: %s", async (statement, reason) => {
    expect(await as("alpha", "app", (c) => refused(c.query(statement)))).toMatch(reason);
  });

  it.each([
    "INSERT INTO policies (policy_id, version, document) VALUES ('p', 1, '{}')",
    insertEvent(3),
    "SELECT purge_events()",
  ])("alpha_reader may not: %s", async (statement) => {
    expect(await as("alpha", "reader", (c) => refused(c.query(statement)))).toMatch(/permission denied/);
  });

  it("shows a role nothing of another tenant, even with every grant", async () => {
    await sql(
      "GRANT USAGE ON SCHEMA dsmil_bravo TO alpha_app; GRANT ALL ON ALL TABLES IN SCHEMA dsmil_bravo TO alpha_app",
    );
    await as("alpha", "app", async (client) => {
      for (const trick of ["", "SET app.tenant_id = 'BRAVO'", "SET search_path = dsmil_bravo"]) {
        await client.query(trick);
        expect((await client.query("SELECT * FROM dsmil_bravo.events")).rows).toEqual([]);
        expect((await client.query("UPDATE dsmil_bravo.events SET source = 'x'")).rowCount).toBe(0);
        expect((await client.query("DELETE FROM dsmil_bravo.events")).rowCount).toBe(0);
      }
      await client.query("SET row_security = off");
      expect(await refused(client.query("SELECT * FROM dsmil_bravo.events"))).toMatch(/row-level security/);
    });
    // A member that inherits is still not the tenant.
    await sql("GRANT bravo_app TO alpha_app; ALTER ROLE alpha_app INHERIT");
    expect(await as("alpha", "app", async (c) => (await c.query("SELECT * FROM dsmil_bravo.events")).rows)).toEqual([]);
    for (const tenant of ["alpha", "bravo"]) await handler.reconcile(inputsOf(tenant), undefined, context());
    expect(await as("alpha", "app", (c) => refused(c.query("SELECT * FROM dsmil_bravo.events")))).toMatch(/schema/);
  });

  it("sees rights of its roles in other schemas, whoever's they are, and takes them away", async () => {
    await sql(`CREATE TABLE public.shared (x int); GRANT SELECT ON public.shared TO alpha_reader;
      GRANT SELECT ON dsmil_bravo.events TO alpha_app; GRANT UPDATE (raw) ON dsmil_bravo.events TO alpha_app`);
    const seen = await handler.read("", stateOf("alpha"), context());
    expect(Object.keys(seen?.drift ?? {})).toEqual([
      "elsewhere alpha_app: table column dsmil_bravo.events.raw",
      "elsewhere alpha_app: table dsmil_bravo.events",
      "elsewhere alpha_reader: table public.shared",
    ]);
    expect(Object.keys((await handler.read("", stateOf("bravo"), context()))?.drift ?? {})).toEqual([
      "grant table events to alpha_app: SELECT",
      "grant table events.raw to alpha_app: UPDATE",
    ]);
    await handler.reconcile(inputsOf("alpha"), undefined, context());
    for (const t of ["alpha", "bravo"]) expect(await handler.read("", stateOf(t), context())).toEqual(stateOf(t));
    await sql("DROP TABLE public.shared");
  });

  it("takes a decision only as the next one of its writer, with its own hash", async () => {
    const [one, two, three] = decisions("alpha", 3) as [ChainedDecision, ChainedDecision, ChainedDecision];
    const other = chainDecision(one.hash, { ...two, allow: false });
    const insert = (...records: ChainedDecision[]): Promise<string> =>
      as("alpha", "app", (client) =>
        client.query(appendDecisions("alpha", records)).then(
          () => "taken",
          (error: { code?: string }) => String(error.code),
        ),
      );
    expect(await insert(two)).toBe(DECISION_ERRORS.order);
    expect(await insert(one)).toBe("taken");
    expect(await insert(one)).toBe(DECISION_ERRORS.order);
    expect(await insert(three)).toBe(DECISION_ERRORS.order);
    expect(await insert({ ...two, allow: false })).toBe(DECISION_ERRORS.hash);
    expect(await insert({ ...two, ...chainDecision(DECISION_GENESIS, two) })).toBe(DECISION_ERRORS.order);
    expect(await insert({ ...two, tenant: "BRAVO" })).toMatch(/^(42501|DD002|23514)$/);
    expect(await insert(two, three)).toBe("taken");
    expect(await insert(other)).toBe(DECISION_ERRORS.order);
    expect(await insert(...decisions("alpha", 2, "l9-coa"))).toBe("taken");
    expect(
      await sql("SELECT writer, count(*)::int AS n FROM dsmil_alpha.decisions GROUP BY writer ORDER BY writer"),
    ).toEqual([
      { writer: "l8-soar", n: 3 },
      { writer: "l9-coa", n: 2 },
    ]);
  });

  it("keeps the log of decisions append-only for everybody", async () => {
    const tricks = ["", "SET LOCAL session_replication_role = replica;", "SET LOCAL ROLE dsmil_alpha_owner;"];
    for (const trick of tricks) {
      for (const change of ["UPDATE %s SET allow = false", "DELETE FROM %s", "TRUNCATE %s"]) {
        const statement = change.replace("%s", "dsmil_alpha.decisions");
        expect(await refused(sql(`BEGIN; ${trick} ${statement}; COMMIT`)), statement).toMatch(/append-only/);
        await sql("ROLLBACK");
      }
    }
    expect(await sql("SELECT count(*)::int AS n FROM dsmil_alpha.decisions WHERE allow")).toEqual([{ n: 5 }]);
  });

  it("keeps the audit log append-only for everybody", async () => {
    await as("alpha", "app", (c) => c.query("INSERT INTO audit_log (actor, action, outcome) VALUES ('a', 'b', 'c')"));
    const tricks = ["", "SET LOCAL session_replication_role = replica;", "SET LOCAL ROLE dsmil_alpha_owner;"];
    for (const trick of tricks) {
      for (const change of ["UPDATE %s SET actor = 'x'", "DELETE FROM %s", "TRUNCATE %s"]) {
        const statement = change.replace("%s", "dsmil_alpha.audit_log");
        expect(await refused(sql(`BEGIN; ${trick} ${statement}; COMMIT`)), `${trick} ${statement}`).toMatch(
          /append-only/,
        );
        await sql("ROLLBACK");
      }
    }
    expect(await sql("SELECT actor FROM dsmil_alpha.audit_log")).toEqual([{ actor: "a" }]);
  });

  it("purges what is older than the retention and nothing else, whoever asks", async () => {
    await sql(`INSERT INTO dsmil_alpha.events SELECT gen_random_uuid(), 'ALPHA', now(), now(), 's', 'c', 'LOW', null, null, null, '{}',
      now() - make_interval(days => d) FROM generate_series(80, 100, 10) d`);
    expect(await as("alpha", "app", async (c) => (await c.query("SELECT purge_events() AS n")).rows)).toEqual([
      { n: "2" },
    ]);
    expect(await sql("SELECT count(*)::int AS n FROM dsmil_alpha.events")).toEqual([{ n: 2 }]);
    // Not even the owner itself can go further.
    const all = "BEGIN; SET LOCAL ROLE dsmil_alpha_owner; DELETE FROM dsmil_alpha.events; COMMIT";
    await sql(all);
    expect(await sql("SELECT count(*)::int AS n FROM dsmil_alpha.events")).toEqual([{ n: 2 }]);
    expect(await sql("SELECT count(*)::int AS n FROM dsmil_bravo.events")).toEqual([{ n: 1 }]);
  });

  it("runs the owner's function on its own path, whatever the caller's is", async () => {
    // The caller gets a schema of its own and shadows what the function might look up by name.
    await sql("CREATE SCHEMA trap AUTHORIZATION alpha_app");
    const found = await as("alpha", "app", async (client) => {
      await client.query(`CREATE FUNCTION trap.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT 'infinity'::timestamptz $$;
        CREATE FUNCTION trap.make_interval(days int) RETURNS interval LANGUAGE sql AS $$ SELECT '-1 day'::interval $$;
        SET search_path = trap, pg_catalog, dsmil_alpha`);
      return (await client.query("SELECT dsmil_alpha.purge_events() AS n")).rows;
    });
    expect(found).toEqual([{ n: "0" }]);
    await sql("DROP SCHEMA trap CASCADE");
  });
});

describe("PostgresTenantSchema on a server", () => {
  beforeAll(start, 60_000);
  afterAll(stop);

  it("never lets a password reach the server's log, and no verifier either", async () => {
    const { readFileSync } = await import("node:fs");
    await handler.reconcile(inputsOf("alpha"), undefined, context());
    await handler.reconcile({ ...inputsOf("alpha"), appPassword: "Another-Password-0123" }, undefined, context());
    const log = readFileSync(`${rig.server.dir}/server.log`, "utf8");
    expect(log).toContain("CREATE ROLE stranger");
    for (const secret of [
      inputsOf("alpha").appPassword,
      inputsOf("alpha").readerPassword,
      "Another-Password",
      "SCRAM-SHA-256$4096",
    ]) {
      expect(log.includes(secret), secret).toBe(false);
    }
    await handler.remove("", stateOf("alpha"), context());
  });

  it("refuses to drop rows, naming them, and changes nothing", async () => {
    await handler.reconcile(inputsOf("alpha"), undefined, context());
    await as("alpha", "app", (c) => c.query(insertEvent(1)));
    await expect(handler.remove("", stateOf("alpha"), context())).rejects.toThrow(
      /PostgreSQL on node-c: refused.*table dsmil_alpha.events \(1 rows\).*allowDataLoss.*retain/,
    );
    expect(await handler.read("", stateOf("alpha"), context())).toEqual(stateOf("alpha"));
    await works({ ...inputsOf("alpha"), tenant: "alpha" }).catch(() => undefined);
    expect(await as("alpha", "reader", async (c) => (await c.query("SELECT event_id FROM events")).rowCount)).toBe(1);
  });

  it("keeps rows and ends logins with retain, and gives them back", async () => {
    const session = await login("alpha_app", inputsOf("alpha").appPassword);
    await handler.remove("", stateOf("alpha", { retain: true }), context());
    expect(await refused(session.query("SELECT 1"))).toMatch(/terminat|closed|not queryable/i);
    expect(await refused(login("alpha_app", inputsOf("alpha").appPassword))).toMatch(
      /not permitted to log in|authentication/,
    );
    expect(await sql("SELECT count(*)::int AS n FROM dsmil_alpha.events")).toEqual([{ n: 1 }]);
    const seen = await handler.read("", stateOf("alpha"), context());
    expect(Object.keys(seen?.drift ?? {})).toEqual(
      ["password alpha_app", "password alpha_reader", "role alpha_app", "role alpha_reader"].toSorted(),
    );
    await handler.reconcile(inputsOf("alpha"), undefined, context());
    expect(await as("alpha", "reader", async (c) => (await c.query("SELECT event_id FROM events")).rowCount)).toBe(1);
  });

  it("refuses repairs that would drop rows, and drops what holds none", async () => {
    await sql(`CREATE TABLE dsmil_alpha.notes (x int); INSERT INTO dsmil_alpha.notes VALUES (1);
      CREATE TABLE dsmil_alpha.empty (x int); CREATE VIEW dsmil_alpha.leak AS SELECT * FROM dsmil_alpha.events;
      CREATE MATERIALIZED VIEW dsmil_alpha.copy AS SELECT * FROM dsmil_alpha.events; CREATE TYPE dsmil_alpha.mood AS ENUM ('x');
      CREATE SEQUENCE dsmil_alpha.s; CREATE FUNCTION dsmil_alpha.f() RETURNS int LANGUAGE sql AS 'SELECT 1'`);
    const seen = Object.keys((await handler.read("", stateOf("alpha"), context()))?.drift ?? {});
    for (const name of ["copy", "empty", "leak", "notes", "s"]) expect(seen).toContain(`relation ${name}`);
    expect(seen).toEqual(expect.arrayContaining(["type mood", "function f()"]));
    await expect(handler.reconcile(inputsOf("alpha"), undefined, context())).rejects.toThrow(/table dsmil_alpha.notes/);
    await sql("DELETE FROM dsmil_alpha.notes");
    await handler.reconcile(inputsOf("alpha"), undefined, context());
    expect(await handler.read("", stateOf("alpha"), context())).toEqual(stateOf("alpha"));
    expect(await sql("SELECT count(*)::int AS n FROM dsmil_alpha.events")).toEqual([{ n: 1 }]);
  });

  it("keeps rows through repairs of a table, and counts on after a lost identity", async () => {
    await as("alpha", "app", (c) => c.query("INSERT INTO audit_log (actor, action, outcome) VALUES ('a', 'b', 'c')"));
    await sql(
      "ALTER TABLE dsmil_alpha.audit_log ALTER id DROP IDENTITY; ALTER TABLE dsmil_alpha.events ALTER source TYPE varchar(40)",
    );
    await handler.reconcile(inputsOf("alpha"), undefined, context());
    await as("alpha", "app", (c) => c.query("INSERT INTO audit_log (actor, action, outcome) VALUES ('d', 'e', 'f')"));
    expect(await sql("SELECT id, actor FROM dsmil_alpha.audit_log ORDER BY id")).toEqual([
      { id: "1", actor: "a" },
      { id: "2", actor: "d" },
    ]);
  });

  it("brings a schema of release 1 to this one, and keeps its rows", async () => {
    await sql(`DROP TABLE dsmil_alpha.decisions, dsmil_alpha.proposals; DROP FUNCTION dsmil_alpha.extend_decisions();
      COMMENT ON SCHEMA dsmil_alpha IS 'dsmil tenant schema, version 1'`);
    expect((await handler.read("", stateOf("alpha", { schemaVersion: 1 }), context()))?.schemaVersion).toBe(1);
    await handler.reconcile(inputsOf("alpha"), undefined, context());
    expect(await handler.read("", stateOf("alpha"), context())).toEqual(stateOf("alpha"));
    expect(await sql("SELECT count(*)::int AS n FROM dsmil_alpha.events")).toEqual([{ n: 1 }]);
    await as("alpha", "app", (c) => c.query(appendDecisions("alpha", decisions("alpha", 1))));
    expect(await sql("SELECT count(*)::int AS n FROM dsmil_alpha.decisions")).toEqual([{ n: 1 }]);
    await sql(`BEGIN; ALTER TABLE dsmil_alpha.decisions DISABLE TRIGGER append_only; DELETE FROM dsmil_alpha.decisions;
      ALTER TABLE dsmil_alpha.decisions ENABLE ALWAYS TRIGGER append_only; COMMIT`);
  });

  it("leaves a schema of a newer release alone", async () => {
    await sql("COMMENT ON SCHEMA dsmil_alpha IS 'dsmil tenant schema, version 99'");
    await expect(handler.reconcile(inputsOf("alpha"), undefined, context())).rejects.toThrow(/version 99.*knows 2/);
    await sql("COMMENT ON SCHEMA dsmil_alpha IS 'dsmil tenant schema, version 2'");
  });

  it("says who must act where only a person can", async () => {
    await sql("CREATE DATABASE other");
    await sql("GRANT CONNECT ON DATABASE other TO dsmil_alpha_owner; CREATE SCHEMA lent AUTHORIZATION alpha_app");
    await handler.reconcile(inputsOf("alpha"), undefined, context());
    expect(await sql("SELECT pg_get_userbyid(nspowner) AS owner FROM pg_namespace WHERE nspname = 'lent'")).toEqual([
      { owner: "dsmil_admin" },
    ]);
    await handler.remove("", stateOf("alpha", { allowDataLoss: true }), context());
    await sql("DROP SCHEMA lent");
  });

  it("brings up two tenants at once, and repeats the same at once", async () => {
    const tenants = ["alpha", "bravo", "charlie", "delta"];
    await Promise.all(
      [...tenants, ...tenants].map((tenant) => handler.reconcile(inputsOf(tenant), undefined, context())),
    );
    for (const tenant of tenants) {
      expect(await handler.read("", stateOf(tenant), context())).toEqual(stateOf(tenant));
      await works(inputsOf(tenant));
    }
    await Promise.all(tenants.map((tenant) => handler.remove("", stateOf(tenant), context())));
  });

  it("repairs at once what is drift of two tenants", async () => {
    const pair = ["alpha", "bravo"];
    for (const tenant of pair) await handler.reconcile(inputsOf(tenant), undefined, context());
    for (let round = 0; round < 5; round++) {
      await sql("GRANT USAGE ON SCHEMA dsmil_alpha TO bravo_app; GRANT USAGE ON SCHEMA dsmil_bravo TO alpha_app");
      await Promise.all(pair.map((tenant) => handler.reconcile(inputsOf(tenant), undefined, context())));
      for (const tenant of pair) expect(await handler.read("", stateOf(tenant), context())).toEqual(stateOf(tenant));
    }
    await Promise.all(pair.map((tenant) => handler.remove("", stateOf(tenant), context())));
  });

  it("serves 20 tenants at flat cost", async () => {
    /** Pages that one look at a tenant touches: unlike time, the same on a busy machine. */
    const pages = async (tenant: string): Promise<number> => {
      const { schema, roles } = namesOf(tenant);
      const plan = await admin((pool) =>
        pool.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${factsQuery}`, [schema, roles]),
      );
      const { Plan } = plan.rows[0]["QUERY PLAN"][0];
      return Plan["Shared Hit Blocks"] + Plan["Shared Read Blocks"];
    };
    const fastest = async (tenant: string): Promise<number> => {
      const runs: number[] = [];
      for (let n = 0; n < 7; n++) {
        const begin = performance.now();
        await handler.read("", stateOf(tenant), context());
        runs.push(performance.now() - begin);
      }
      return Math.min(...runs);
    };
    const tenants = Array.from({ length: 20 }, (_, i) => `many${i}`);
    const [touched, times]: [number[], number[]] = [[], []];
    for (const tenant of tenants) {
      await handler.reconcile(inputsOf(tenant), undefined, context());
      touched.push(await pages(tenant));
      times.push(await fastest(tenant));
    }
    const [first, last] = [touched[0], touched.at(-1)] as [number, number];
    console.log(`pages ${first} → ${last}, read ${times[0]?.toFixed(1)} → ${times.at(-1)?.toFixed(1)} ms`);
    // The catalog's indexes may each grow by a level; a scan of all tenants' rows would be many times as much.
    expect(last).toBeLessThan(first * 1.5);
    await Promise.all(tenants.map((tenant) => handler.remove("", stateOf(tenant), context())));
  }, 120_000);

  it("connects again after the server restarted in between", async () => {
    await handler.reconcile(inputsOf("alpha"), undefined, context());
    await rig.server.restart();
    expect(await handler.read("", stateOf("alpha"), context())).toEqual(stateOf("alpha"));
    await handler.remove("", stateOf("alpha"), context());
  });

  it("imports what differs from the standard", async () => {
    await handler.reconcile(inputsOf("alpha"), undefined, context());
    await sql("DROP POLICY tenant_insert ON dsmil_alpha.events");
    const found = await handler.read("node-c/postgres/dsmil/alpha", undefined, context());
    expect(found).toMatchObject({ node: "node-c", database: "dsmil", tenant: "alpha", archiveRetentionDays: 90 });
    expect(found?.drift).toEqual({ "policy events.tenant_insert": "is missing" });
    await expect(handler.read("node-c/alpha", undefined, context())).rejects.toThrow(/node-c\/postgres\/dsmil\/alpha/);
    expect(await handler.read("node-c/postgres/dsmil/nobody", undefined, context())).toBeUndefined();
    await handler.remove("", stateOf("alpha"), context());
  });
});

describe("PostgresTenantSchema: check", () => {
  const reasons = (more: object): string =>
    handler
      .check({ ...inputsOf("alpha"), ...more })
      .map(({ property, reason }) => `${property}: ${reason}`)
      .join("\n");
  it.each([
    ["tenant", { tenant: "Alpha_1" }],
    ["database", { database: "a b" }],
    ["appPassword", { appPassword: "short" }],
    ["readerPassword", { readerPassword: "pässwörter sind schwierig" }],
    ["archiveRetentionDays", { archiveRetentionDays: 0 }],
    ["allowDataLoss", { allowDataLoss: "yes" }],
    ["node", { node: undefined }],
  ])("names %s", (property, more) => {
    expect(reasons(more)).toMatch(new RegExp(`^${property}: `));
  });
  it("lets unknown values pass", () => {
    expect(reasons({ appPassword: UNKNOWN, readerPassword: UNKNOWN, tenant: UNKNOWN, node: UNKNOWN })).toBe("");
  });
});
