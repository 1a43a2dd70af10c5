import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GENESIS } from "../../../images/runtime/dbe/audit/entry.ts";
import { appendStatement } from "../../../images/runtime/dbe/audit/sql.ts";
import { postgresAuditTrailOn } from "../../../infra/provider/resources/postgres-audit-trail/handler.ts";
import { postgresTenantSchemaOn } from "../../../infra/provider/resources/postgres-tenant-schema/handler.ts";
import { refusal } from "../../unit/dbe/support/refusal.ts";
import {
  append,
  appendMore,
  batchAfter,
  headOf,
  READER_PASSWORD,
  trailOf,
  trailSessions,
  trailState,
  writerPassword,
} from "./audit-rig.ts";
import { postgresRig, refused } from "./postgres-rig.ts";

const rig = postgresRig();
const { context, sql, start, stop } = rig;
const handler = postgresAuditTrailOn(rig.store);
const { asNode, asReader } = trailSessions(rig);

describe("PostgresAuditTrail: writers and others", () => {
  const tenant = { node: "node-c", database: "dsmil", tenant: "alpha", archiveRetentionDays: 1, drift: {} };
  const tenantPasswords = { appPassword: "alpha-app-Password-0123", readerPassword: "alpha-reader-Password-0123" };

  beforeAll(async () => {
    await start();
    await handler.reconcile(trailOf("node-a", "node-b"), undefined, context());
    await postgresTenantSchemaOn(rig.store).reconcile({ ...tenant, ...tenantPasswords }, undefined, context());
    for (const node of ["node-a", "node-b"]) await asNode(node, (client) => appendMore(client, node, 3));
  }, 60_000);
  afterAll(stop);

  it.each([
    ["UPDATE dsmil_audit.entries SET detail = 'x'", /permission denied/],
    ["UPDATE dsmil_audit.entries SET hash = hash WHERE node = 'node-a'", /permission denied/],
    ["DELETE FROM dsmil_audit.entries", /permission denied/],
    ["TRUNCATE dsmil_audit.entries", /permission denied/],
    ["SELECT hash FROM dsmil_audit.entries FOR UPDATE", /permission denied/],
    ["BEGIN; LOCK TABLE dsmil_audit.entries IN ACCESS EXCLUSIVE MODE", /permission denied/],
    ["MERGE INTO dsmil_audit.entries USING (SELECT 1) x ON true WHEN MATCHED THEN DELETE", /permission denied/],
    ["SELECT detail FROM dsmil_audit.entries", /permission denied/],
    ["SELECT * FROM dsmil_audit.chains", /permission denied/],
    ["INSERT INTO dsmil_audit.chains VALUES ('node-b')", /permission denied/],
    ["DELETE FROM dsmil_audit.chains", /permission denied/],
    ["INSERT INTO dsmil_audit.entries (node, recorded_at) VALUES ('node-a', '2000-01-01')", /permission denied/],
    ["ALTER TABLE dsmil_audit.entries DISABLE TRIGGER ALL", /must be owner/],
    ["ALTER TABLE dsmil_audit.entries DISABLE ROW LEVEL SECURITY", /must be owner/],
    ["DROP TRIGGER append_only ON dsmil_audit.entries", /must be owner/],
    ["CREATE POLICY x ON dsmil_audit.entries USING (true)", /must be owner/],
    [
      "CREATE TRIGGER x BEFORE INSERT ON dsmil_audit.entries EXECUTE FUNCTION dsmil_audit.refuse_change()",
      /permission denied/,
    ],
    ["DROP TABLE dsmil_audit.entries", /must be owner/],
    ["CREATE TABLE dsmil_audit.x (y int)", /permission denied/],
    ["CREATE TEMP TABLE entries (y int)", /permission denied/],
    ["SELECT dsmil_audit.extend_chain()", /permission denied/],
    ["SET session_replication_role TO replica", /permission denied/],
    ["SET ROLE dsmil_audit_owner", /permission denied to set role/],
    ["SET ROLE dsmil_audit_node_b", /permission denied to set role/],
    ["SET SESSION AUTHORIZATION dsmil_audit_node_b", /permission denied/],
    ["ALTER ROLE dsmil_audit_node_a BYPASSRLS", /must be superuser|permission denied/],
    ["SELECT * FROM dsmil_alpha.events", /permission denied for schema/],
  ])("a writer may not: %s", async (statement, reason) => {
    expect(await asNode("node-a", (client) => refused(client.query(statement)))).toMatch(reason);
  });

  it("shows a writer number and hash of its own entries only", async () => {
    await asNode("node-a", async (client) => {
      for (const trick of ["", "SET search_path = dsmil_audit"]) {
        await client.query(trick);
        const { rows } = await client.query("SELECT DISTINCT node FROM dsmil_audit.entries");
        expect(rows).toEqual([{ node: "node-a" }]);
      }
      expect((await headOf(client, "node-b")).seq).toBe(0);
      await client.query("SET row_security = off");
      expect(await refused(client.query("SELECT node FROM dsmil_audit.entries"))).toMatch(/row-level security/);
    });
  });

  it("lets nobody write for another node, not even with the right hashes", async () => {
    const head = await asNode("node-b", (client) => headOf(client, "node-b"));
    const rows = await batchAfter(head, [refusal("node-b", 4)]);
    expect(await asNode("node-a", (client) => refused(append(client, rows)))).toMatch(/may not write for node node-b/);
    const own = await batchAfter(await asNode("node-a", (client) => headOf(client, "node-a")), [refusal("node-a", 4)]);
    expect(await asNode("node-a", (client) => refused(append(client, [...own, ...rows])))).toMatch(/may not write/);
    // Nor the administrator, by mistake, nor a role that was made a member.
    expect(await refused(rig.admin((pool) => append(pool, own)))).toMatch(/dsmil_admin may not write for node node-a/);
    await sql("GRANT dsmil_audit_node_b TO dsmil_audit_node_a; ALTER ROLE dsmil_audit_node_a INHERIT");
    for (const trick of ["", "SET ROLE dsmil_audit_node_b"]) {
      const tried = asNode("node-a", async (client) => {
        await client.query(trick);
        return refused(append(client, rows));
      });
      expect(await tried, trick).toMatch(/dsmil_audit_node_a may not write for node node-b/);
    }
    await handler.reconcile(trailOf("node-a", "node-b"), undefined, context());
    // Nor without the trigger: then the policy refuses.
    await sql("ALTER TABLE dsmil_audit.entries DISABLE TRIGGER extend_chain");
    expect(await asNode("node-a", (client) => refused(append(client, rows)))).toMatch(/row-level security/);
    await handler.reconcile(trailOf("node-a", "node-b"), undefined, context());
  });

  it("refuses forks, gaps and wrong hashes, each by its own code, and adds nothing", async () => {
    await asNode("node-a", async (client) => {
      const head = await headOf(client, "node-a");
      const tried = async (rows: Parameters<typeof append>[1]): Promise<string> =>
        append(client, rows).then(
          () => "not refused",
          (error: { code: string }) => error.code,
        );
      const [next] = (await batchAfter(head, [refusal("node-a", 4)])) as [Awaited<ReturnType<typeof batchAfter>>[0]];
      const other = { seq: 3, hash: Buffer.alloc(32, 1) };
      expect(await tried(await batchAfter(other, [refusal("node-a", 4)]))).toBe("DA001");
      expect(await tried(await batchAfter(head, [refusal("node-a", 3, { detail: "x" })]))).toBe("DA001");
      expect(await tried(await batchAfter({ seq: 0, hash: GENESIS }, [refusal("node-a", 1, { detail: "x" })]))).toBe(
        "DA001",
      );
      expect(await tried(await batchAfter(head, [refusal("node-a", 5)]))).toBe("DA002");
      expect(await tried([{ ...next, detail: "another" }])).toBe("DA003");
      expect(await tried([{ ...next, hash: Buffer.alloc(32, 1) }])).toBe("DA003");
      expect(await tried([{ ...next, seq: 0 }])).toBe("DA001");
      expect(await tried([{ ...next, signature: Buffer.alloc(5) }])).toBe("23514");
      // One bad row takes the good ones before it along.
      expect(await tried([next, { ...next, seq: 5 }])).toBe("DA001");
      expect(await headOf(client, "node-a")).toEqual(head);
    });
  });

  it("takes a batch again whose answer was lost, whole or in part, and says what is new", async () => {
    await asNode("node-a", async (client) => {
      const head = await headOf(client, "node-a");
      const batch = await batchAfter(
        head,
        [4, 5, 6].map((seq) => refusal("node-a", seq)),
      );
      expect(await append(client, batch.slice(0, 2))).toBe(2);
      expect(await append(client, batch)).toBe(1);
      expect(await append(client, batch)).toBe(0);
      expect(await append(client, batch.toReversed())).toBe(0);
      expect((await headOf(client, "node-a")).hash).toEqual(batch[2]?.hash);
    });
  });

  it("keeps one chain when connections of one node race, from the first entry on", async () => {
    await handler.reconcile(trailOf("node-a", "node-b", "node-e"), undefined, context());
    const work = async (client: Client): Promise<{ won: number; lost: string[] }> => {
      let won = 0;
      const lost: string[] = [];
      for (let round = 0; round < 20; round++) {
        const head = await headOf(client, "node-e");
        // Each connection says something else, so that only one of those that see the same head can win.
        const detail = `${round} by ${Math.random()}`;
        const rows = await batchAfter(
          head,
          [1, 2].map((n) => refusal("node-e", head.seq + n, { detail })),
        );
        await append(client, rows).then(
          () => won++,
          (error: { code: string }) => lost.push(error.code),
        );
      }
      return { won, lost };
    };
    const results = await Promise.all(Array.from({ length: 5 }, () => asNode("node-e", work)));
    const won = results.reduce((sum, result) => sum + result.won, 0);
    expect(new Set(results.flatMap(({ lost }) => lost))).toEqual(new Set(["DA001"]));
    expect(
      await sql("SELECT count(*)::int AS n, max(seq)::int AS last FROM dsmil_audit.entries WHERE node = 'node-e'"),
    ).toEqual([{ n: 2 * won, last: 2 * won }]);
    const same = await batchAfter(await asNode("node-e", (c) => headOf(c, "node-e")), [refusal("node-e", 2 * won + 1)]);
    const added = await Promise.all(
      Array.from({ length: 5 }, () => asNode("node-e", (client) => append(client, same))),
    );
    expect(added.toSorted()).toEqual([0, 0, 0, 0, 1]);
  });

  it("hashes any text as the runtime does", async () => {
    const seed = Number(process.env.SEED ?? Date.now() % 1e6);
    console.log(`seed ${seed}`);
    let state = seed;
    const random = (below: number): number => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return Math.floor((state / 2147483648) * below);
    };
    const special = [
      '"',
      "\\",
      "/",
      "\b",
      "\f",
      "\n",
      "\r",
      "\t",
      "\u0001",
      "\u001f",
      "\u007f",
      "\u0080",
      "\u2028",
      "é",
      "😀",
      "\uffff",
      "'",
      "{}",
    ];
    const text = (): string => Array.from({ length: random(40) }, () => special[random(special.length)]).join("");
    await asNode("node-a", async (client) => {
      const head = await headOf(client, "node-a");
      const entries = Array.from({ length: 200 }, (_, i) =>
        refusal("node-a", head.seq + 1 + i, {
          detail: text(),
          peer: text() || null,
          ts: new Date(Date.UTC(1999, 0, 1) + random(2 ** 31) * 1000 + random(1000)).toISOString(),
          tenant: random(2) ? "B2" : null,
          type: random(2) ? random(256) : null,
          source: random(2) ? random(65_536) : null,
        }),
      );
      await client.query("SET TIME ZONE 'Asia/Kolkata'; SET DateStyle = 'German'; SET bytea_output = 'escape'");
      expect(await append(client, await batchAfter(head, entries))).toBe(200);
    });
  });

  it("keeps what is written for everybody", async () => {
    for (const trick of ["", "SET LOCAL session_replication_role = replica;", "SET LOCAL ROLE dsmil_audit_owner;"]) {
      for (const change of ["UPDATE %s SET detail = 'x'", "DELETE FROM %s", "TRUNCATE %s"]) {
        const statement = `BEGIN; ${trick} ${change.replace("%s", "dsmil_audit.entries")}; COMMIT`;
        expect(await refused(sql(statement)), statement).toMatch(/append-only/);
        await sql("ROLLBACK");
      }
    }
  });

  it("shows the reader everything and lets it change nothing", async () => {
    await asReader(async (client) => {
      const { rows } = await client.query("SELECT DISTINCT node FROM dsmil_audit.entries ORDER BY node");
      expect(rows.map(({ node }) => node)).toEqual(["node-a", "node-b", "node-e"]);
      for (const change of [
        "UPDATE %s SET detail = 'x'",
        "DELETE FROM %s",
        "TRUNCATE %s",
        "INSERT INTO %s (node) VALUES ('node-a')",
      ]) {
        expect(await refused(client.query(change.replace("%s", "dsmil_audit.entries")))).toMatch(/permission denied/);
      }
      expect(
        await refused(append(client, await batchAfter({ seq: 0, hash: GENESIS }, [refusal("reader", 1)]))),
      ).toMatch(/permission/);
    });
  });

  it("shows tenants and strangers nothing", async () => {
    for (const role of ["app", "reader"]) {
      await rig.as(`alpha_${role}`, `alpha-${role}-Password-0123`, async (client) => {
        for (const thing of ["SELECT * FROM dsmil_audit.entries", "SELECT * FROM dsmil_audit.chains"]) {
          expect(await refused(client.query(thing))).toMatch(/permission denied for schema dsmil_audit/);
        }
        await client.query("SELECT 1");
      });
    }
    // With every grant there is, row security still hides all.
    await sql(
      "GRANT USAGE ON SCHEMA dsmil_audit TO alpha_app; GRANT ALL ON ALL TABLES IN SCHEMA dsmil_audit TO alpha_app",
    );
    await rig.as("alpha_app", "alpha-app-Password-0123", async (client) => {
      for (const table of ["entries", "chains"]) {
        expect((await client.query(`SELECT * FROM dsmil_audit.${table}`)).rows).toEqual([]);
      }
      expect(await refused(client.query("DELETE FROM dsmil_audit.entries"))).toMatch(/append-only/);
    });
    await handler.reconcile(trailOf("node-a", "node-b", "node-e"), undefined, context());
  });

  it("drops only the role of a node that left, ends its sessions, and goes on when it comes back", async () => {
    const session = await rig.login("dsmil_audit_node_b", writerPassword("node-b"));
    const before = await headOf(session, "node-b");
    await sql("CREATE SCHEMA lent AUTHORIZATION dsmil_audit_node_b");
    const left = await handler.reconcile(trailOf("node-a"), trailState("node-a", "node-b"), context());
    expect(await handler.read("", left, context())).toEqual(left);
    expect(await refused(session.query("SELECT 1"))).toMatch(/terminat|closed|not queryable/i);
    expect(await sql("SELECT rolname FROM pg_roles WHERE rolname ~ '^dsmil_audit_node_[be]'")).toEqual([]);
    expect(await sql("SELECT pg_get_userbyid(nspowner) AS owner FROM pg_namespace WHERE nspname = 'lent'")).toEqual([
      { owner: "dsmil_admin" },
    ]);
    expect(await sql("SELECT count(*)::int AS n FROM dsmil_audit.entries WHERE node = 'node-b'")).toEqual([{ n: 3 }]);
    await handler.reconcile(trailOf("node-a", "node-b"), left, context());
    const after = await asNode("node-b", async (client) => {
      const head = await headOf(client, "node-b");
      await appendMore(client, "node-b", 1);
      return head;
    });
    expect(after).toEqual(before);
  });

  it("refuses to drop entries, keeps them with retain, and imports what is there", async () => {
    const state = trailState("node-a", "node-b");
    await expect(handler.remove("", state, context())).rejects.toThrow(
      /PostgreSQL on node-c: refused.*table dsmil_audit.entries \(\d+ rows\).*allowDataLoss/,
    );
    expect(await handler.read("", state, context())).toEqual(state);
    const found = await handler.read("node-c/postgres-audit/dsmil", undefined, context());
    expect(found?.writers).toEqual([
      { node: "node-a", password: "" },
      { node: "node-b", password: "" },
    ]);
    expect(found?.drift).toEqual({});
    await expect(handler.read("node-c/dsmil", undefined, context())).rejects.toThrow(/node-c\/postgres-audit\/dsmil/);
    await handler.remove("", { ...state, retain: true }, context());
    expect(await refused(rig.login("dsmil_audit_node_a", writerPassword("node-a")))).toMatch(
      /not permitted|authentication/,
    );
    expect(await sql("SELECT count(*) > 0 AS kept FROM dsmil_audit.entries")).toEqual([{ kept: true }]);
    await handler.reconcile(trailOf("node-a", "node-b"), undefined, context());
    await handler.remove("", { ...state, allowDataLoss: true }, context());
    expect(await handler.read("", state, context())).toBeUndefined();
    await handler.reconcile(trailOf("node-a", "node-b"), undefined, context());
  });

  it("never lets a password reach the server's log", async () => {
    const { readFileSync } = await import("node:fs");
    const log = readFileSync(`${rig.server.dir}/server.log`, "utf8");
    for (const secret of [READER_PASSWORD, writerPassword("node-a"), "SCRAM-SHA-256$4096"]) {
      expect(log.includes(secret), secret).toBe(false);
    }
  });

  it("appends at flat cost, however long the chain is", async () => {
    /** Pages that one append touches, with all that the trigger does. */
    const pages = (client: Client) => async (): Promise<number> => {
      const head = await headOf(client, "node-a");
      const { text, values } = appendStatement(await batchAfter(head, [refusal("node-a", head.seq + 1)]));
      const plan = await client.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, [...values]);
      const { Plan } = plan.rows[0]["QUERY PLAN"][0];
      return Plan["Shared Hit Blocks"] + Plan["Shared Read Blocks"];
    };
    await asNode("node-a", async (client) => {
      const touched = pages(client);
      await touched();
      const first = await touched();
      const begin = performance.now();
      for (let n = 0; n < 40; n++) await appendMore(client, "node-a", 250);
      const perSecond = Math.round(10_000 / ((performance.now() - begin) / 1000));
      const last = await touched();
      console.log(`pages ${first} → ${last} after 10000 entries, ${perSecond} entries a second`);
      expect(last).toBeLessThan(first * 2);
    });
  });
});
