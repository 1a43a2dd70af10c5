import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AuditEntry } from "../../images/runtime/dbe/audit/entry.ts";
import { closeConnections } from "../../infra/access/connection.ts";
import type { AuditReport } from "../../infra/cli/audit/verify.ts";
import { lookingContext } from "../../infra/cli/traces/context.ts";
import { inTransaction, postgres } from "../../infra/provider/stores/postgres.ts";
import { ctl, send, shown, until, untilLinked } from "./harness/bus.ts";
import { keptCertificates } from "./harness/certificates.ts";
import { dsmil, dsmilOk } from "./harness/dsmil.ts";
import { onNodeOk, untilHealthy } from "./harness/fleet.ts";

const NODE = "node-a";
/** An operation that is protected, and allowed by policy; the device does not know it. */
const PROTECTED = ["--from", NODE, "--type", "L9_COA_REQ", "--tenant", "alpha", "--to", "52"];

const entriesOf = async (...filter: string[]): Promise<AuditEntry[]> => {
  const { stdout } = await dsmilOk("audit", "list", "--node", NODE, "--limit", "2000", "--json", ...filter);
  return stdout.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as AuditEntry]));
};

async function verify(): Promise<{ code: number; report: AuditReport }> {
  const { code, stdout, stderr } = await dsmil("audit", "verify", "--json", ...keptCertificates());
  if (stdout === "") throw new Error(`audit verify printed nothing: ${stderr}`);
  return { code, report: JSON.parse(stdout) as AuditReport };
}

/** Runs SQL as the superuser, who can also take the table's triggers away; they are back when it returns. */
async function asIntruder(sql: string, values: unknown[] = []): Promise<void> {
  await postgres.use(
    lookingContext(),
    "node-c",
    (pool) =>
      inTransaction(pool, async (client) => {
        const { rows } = await client.query<{ name: string; state: string }>(
          `SELECT tgname AS name, tgenabled AS state FROM pg_trigger
           WHERE tgrelid = 'dsmil_audit.entries'::regclass AND NOT tgisinternal`,
        );
        await client.query("ALTER TABLE dsmil_audit.entries DISABLE TRIGGER USER");
        await client.query(sql, values);
        for (const { name, state } of rows) {
          const how = state === "A" ? "ENABLE ALWAYS" : "ENABLE";
          await client.query(`ALTER TABLE dsmil_audit.entries ${how} TRIGGER "${name}"`);
        }
      }),
    "dsmil",
  );
}

beforeAll(async () => {
  await untilLinked();
  for (const tenant of ["one", "two", "three"]) {
    await send("--from", NODE, "--type", "ECHO_REQ", "--tenant", tenant);
  }
});
afterAll(async () => {
  await postgres.close();
  await closeConnections();
  await untilHealthy();
});

describe("the audit trail", () => {
  it("is whole after all that was tried on the bus", async () => {
    await until("written", async () => (await shown(NODE)).audit.spool === 0);
    const { code, report } = await verify();
    expect(report.findings).toEqual([]);
    // Certificates may be kept of a lab that is no more.
    expect(report.notes.filter((note) => !note.startsWith("a certificate was not taken"))).toEqual([]);
    expect(code).toBe(0);
  });

  it.each([
    "UPDATE dsmil_audit.entries SET detail = 'x'",
    "DELETE FROM dsmil_audit.entries",
    "TRUNCATE dsmil_audit.entries",
  ])("takes no %s, not even of a superuser", async (sql) => {
    const tried = postgres.use(lookingContext(), "node-c", (pool) => pool.query(sql), "dsmil");
    await expect(tried).rejects.toThrow(/append|only|change/i);
  });

  it("shows an altered row, by number, to whoever verifies", async () => {
    const { seq, detail } = (await entriesOf()).at(-3) as AuditEntry;
    const set = "UPDATE dsmil_audit.entries SET detail = $1 WHERE node = $2 AND seq = $3";
    await asIntruder(set, ["nothing happened", NODE, seq]);
    try {
      const { code, report } = await verify();
      expect(report.findings).toMatchObject([{ node: NODE, seq, last: seq, kind: "altered" }]);
      expect(code).toBe(1);
    } finally {
      await asIntruder(set, [detail, NODE, seq]);
    }
    expect((await verify()).code).toBe(0);
  });

  it("shows a row that is gone, by number", async () => {
    const { seq } = (await entriesOf()).at(-3) as AuditEntry;
    const where = `node = '${NODE}' AND seq = ${seq}`;
    await asIntruder(`CREATE TABLE dsmil_audit.kept AS SELECT * FROM dsmil_audit.entries WHERE ${where}`);
    await asIntruder(`DELETE FROM dsmil_audit.entries WHERE ${where}`);
    try {
      const { code, report } = await verify();
      expect(report.findings).toMatchObject([{ node: NODE, seq, last: seq, kind: "missing" }]);
      expect(code).toBe(1);
    } finally {
      await asIntruder("INSERT INTO dsmil_audit.entries SELECT * FROM dsmil_audit.kept");
      await asIntruder("DROP TABLE dsmil_audit.kept");
    }
    expect((await verify()).code).toBe(0);
  });
});

describe("with Postgres away", () => {
  const reasons: (string | undefined)[] = [];
  const [began, tenant] = [new Date().toISOString(), `AWAY${process.pid}`.slice(0, 16)];
  let echoed: { ms?: object };
  let before: (string | undefined)[] = [];

  beforeAll(async () => {
    before = [(await send(...PROTECTED)).reason];
    await onNodeOk("node-c", "docker", "stop", "dsmil-postgres");
    try {
      await until("away", async () => (await send(...PROTECTED)).reason === "AUDIT_UNAVAILABLE");
      for (const node of ["node-b", "node-c"]) {
        reasons.push((await send(...PROTECTED, "--from", node)).reason);
      }
      for (let i = 0; i < 3; i++) {
        reasons.push((await send("--from", NODE, "--type", "ECHO_REQ", "--tenant", tenant)).reason);
      }
      echoed = await ctl("node-b", ["ping", NODE, "20"]);
    } finally {
      await onNodeOk("node-c", "docker", "start", "dsmil-postgres");
    }
    await until(
      "back",
      async () => (await shown(NODE)).audit.spool === 0 && (await send(...PROTECTED)).reason !== "AUDIT_UNAVAILABLE",
    );
  });

  it("protected operations are refused, on every node; before, they were not", () => {
    expect(before).not.toContain("AUDIT_UNAVAILABLE");
    expect(reasons.slice(0, 2)).toEqual(["AUDIT_UNAVAILABLE", "AUDIT_UNAVAILABLE"]);
  });

  it("everything else goes on", () => {
    expect(echoed).toMatchObject({ count: 20 });
    expect(reasons.slice(2)).toEqual(Array(3).fill("UNKNOWN_TENANT"));
  });

  it("refusals of that time are in the trail once it is back, in their order, each once", async () => {
    const rows = (await entriesOf("--since", began)).filter((row) => row.tenant === tenant);
    expect(rows.map(({ reason }) => reason)).toEqual(Array(3).fill("UNKNOWN_TENANT"));
    expect((await entriesOf("--since", began, "--reason", "AUDIT_UNAVAILABLE")).length).toBeGreaterThan(0);
    expect((await verify()).report.findings).toEqual([]);
  });

  it("protected operations are written down before they are tried", async () => {
    const { audit } = await shown(NODE);
    await send(...PROTECTED);
    const kinds = (await entriesOf()).filter((row) => row.seq > audit.seq && row.type === 0x60).map(({ kind }) => kind);
    expect(kinds).toContain("dbe.protected");
  });
});
