import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ChainedEntry, chain, GENESIS } from "../../images/runtime/dbe/audit/entry.ts";
import { entriesOf } from "../../images/runtime/dbe/audit/finding.ts";
import type { ChainHead } from "../../images/runtime/dbe/audit/sql.ts";
import { signer } from "../../images/runtime/pqc/signer.ts";
import { entryCells, listEntries } from "../../infra/cli/audit/list.ts";
import { printAudit } from "../../infra/cli/audit/print.ts";
import { readChains } from "../../infra/cli/audit/read-chains.ts";
import { type AuditReport, verifyTrail } from "../../infra/cli/audit/verify.ts";
import { issue } from "../../infra/provider/pqc.ts";
import { postgresAuditTrailOn } from "../../infra/provider/resources/postgres-audit-trail/handler.ts";
import { refusal } from "../unit/dbe/support/refusal.ts";
import { append, appendMore, batchAfter, trailOf, trailSessions, trailState } from "./stores/audit-rig.ts";
import { postgresRig } from "./stores/postgres-rig.ts";

const rig = postgresRig();
const handler = postgresAuditTrailOn(rig.store);
const { asNode, asReader } = trailSessions(rig);
const rootSeed = "aa".repeat(32);
const root = signer(rootSeed).publicKey;
const keys = { "node-a": signer("11".repeat(32)), "node-b": signer("22".repeat(32)) };
type NodeId = keyof typeof keys;

/** Four signed batches of 3, as a gateway writes them. */
async function writeTwelve(node: NodeId): Promise<ChainedEntry[]> {
  return asNode(node, async (client) => {
    const rows: ChainedEntry[] = [];
    for (let batch = 0; batch < 4; batch++) rows.push(...(await appendMore(client, node, 3, keys[node])));
    return rows;
  });
}

let written: ChainedEntry[] = [];
const headsOf = (rows: readonly ChainedEntry[]): ChainHead[] => rows.slice(-1).map(({ seq, hash }) => ({ seq, hash }));

const verify = (node?: string, heads = headsOf(written)): Promise<AuditReport> =>
  asReader((client) =>
    verifyTrail(
      client,
      {
        keys: { root, identities: new Map([["node-a", keys["node-a"].publicKey]]) },
        certificates: [issue(rootSeed, "node", "node-b", keys["node-b"].publicKey)],
        memories: [{ node: "node-a", heads, notes: [] }],
      },
      node,
    ),
  );
const found = async (): Promise<string[]> =>
  (await verify()).findings.map((finding) => `${finding.node} ${finding.kind} ${entriesOf(finding)}`);

/** What the administrator of the database can do, if nothing stops him. */
const tamper = (...statements: string[]): Promise<unknown> =>
  rig.sql(
    [
      "ALTER TABLE dsmil_audit.entries DISABLE TRIGGER ALL",
      ...statements,
      "ALTER TABLE dsmil_audit.entries ENABLE ALWAYS TRIGGER append_only, ENABLE ALWAYS TRIGGER extend_chain",
    ].join(";\n"),
  );
const change = (set: string, seq: number): string =>
  `UPDATE dsmil_audit.entries SET ${set} WHERE node = 'node-a' AND seq = ${seq}`;
const hex = (value: Buffer): string => `'\\x${value.toString("hex")}'`;

beforeAll(rig.start, 60_000);
afterAll(rig.stop);
beforeEach(async () => {
  await handler.remove("", { ...trailState("node-a", "node-b"), allowDataLoss: true }, rig.context());
  await handler.reconcile(trailOf("node-a", "node-b"), undefined, rig.context());
  written = await writeTwelve("node-a");
  await writeTwelve("node-b");
});

describe("audit verify", () => {
  it("finds nothing where nothing was changed, and says what it saw", async () => {
    const report = await verify();
    expect(report.findings).toEqual([]);
    expect(report.chains).toEqual([
      { node: "node-a", entries: 12, signed: 4, last: 12 },
      { node: "node-b", entries: 12, signed: 4, last: 12 },
    ]);
    expect((await verify("node-b")).chains.map(({ node }) => node)).toEqual(["node-b"]);
    expect(printAudit(report)).toContain("all 24 entries are as the nodes wrote them");
  });

  it.each([
    ["an altered text", [change("detail = 'nothing happened'", 5)], "altered entry 5"],
    ["an altered tenant", [change("tenant = NULL", 5)], "altered entry 5"],
    ["a millisecond", [change("ts = ts + interval '1 millisecond'", 5)], "altered entry 5"],
    ["a hash", [change("hash = sha256('x')", 5)], "altered entry 5"],
    [
      "a microsecond, in a column that was made to hold it",
      ["ALTER TABLE dsmil_audit.entries ALTER ts TYPE timestamptz", change("ts = ts + interval '1 microsecond'", 5)],
      "altered entry 5",
    ],
    ["a missing entry", ["DELETE FROM dsmil_audit.entries WHERE node = 'node-a' AND seq = 5"], "missing entry 5"],
    ["no tail", ["DELETE FROM dsmil_audit.entries WHERE node = 'node-a' AND seq > 9"], "tail_removed entries 10 to 12"],
    ["no chain", ["DELETE FROM dsmil_audit.entries WHERE node = 'node-a'"], "tail_removed entries 1 to 12"],
    [
      "a wrong signature",
      [change("signature = set_byte(signature, 100, 255 - get_byte(signature, 100))", 6)],
      "wrong_signature entry 6",
    ],
    ["a signature that was taken off the end", [change("signature = NULL", 12)], "unsigned_tail entries 10 to 12"],
    [
      "entries that changed places",
      [change("seq = 99", 4), change("seq = 4", 5), change("seq = 5", 99)],
      "reordered entry 4, node-a reordered entry 5",
    ],
    [
      "an entry before the first",
      [
        "ALTER TABLE dsmil_audit.entries DROP CONSTRAINT entries_seq",
        "INSERT INTO dsmil_audit.entries SELECT node, 0, ts, kind, tenant, reason, type, source, destination, peer, message_id, detail, prev_hash, hash FROM dsmil_audit.entries WHERE node = 'node-a' AND seq = 1",
      ],
      "inserted entry 0",
    ],
    [
      "a second entry of one number",
      [
        "ALTER TABLE dsmil_audit.entries DROP CONSTRAINT entries_pkey",
        "INSERT INTO dsmil_audit.entries SELECT * FROM dsmil_audit.entries WHERE node = 'node-a' AND seq = 5",
      ],
      "inserted entry 5",
    ],
  ])("finds what the administrator did: %s", async (_, statements, expected) => {
    await tamper(...statements);
    expect((await found()).join(", ")).toBe(`node-a ${expected}`);
  });

  it("finds an entry that was put at the end, with hashes that fit", async () => {
    const [forged] = await batchAfter(headsOf(written)[0] as ChainHead, [refusal("node-a", 13)]);
    const { prevHash, hash } = forged as ChainedEntry;
    const { detail, ts } = refusal("node-a", 13);
    await tamper(
      `INSERT INTO dsmil_audit.entries SELECT node, 13, '${ts}', kind, tenant, reason, type, source, destination, peer, message_id,
         '${detail}', ${hex(prevHash)}, ${hex(hash)} FROM dsmil_audit.entries WHERE node = 'node-a' AND seq = 12`,
    );
    expect(await found()).toEqual(["node-a unsigned_tail entry 13"]);
  });

  it("finds a chain that was written anew from an altered entry on", async () => {
    const statements: string[] = [];
    let prev = GENESIS;
    for (const row of written) {
      const detail = row.seq === 5 ? "all quiet" : row.detail;
      const hash = chain(prev, { ...row, detail });
      statements.push(change(`detail = '${detail}', prev_hash = ${hex(prev)}, hash = ${hex(hash)}`, row.seq));
      prev = hash;
    }
    await tamper(...statements);
    expect(await found()).toEqual([
      "node-a wrong_signature entry 6",
      "node-a wrong_signature entry 9",
      "node-a wrong_signature entry 12",
      "node-a other_head entry 12",
    ]);
    await tamper("UPDATE dsmil_audit.entries SET signature = NULL WHERE node = 'node-a' AND seq > 3");
    expect(await found()).toEqual(["node-a unsigned_tail entries 4 to 12", "node-a other_head entry 12"]);
  });

  it("finds entries of a node whose key nobody knows", async () => {
    const report = await asReader((client) =>
      verifyTrail(client, { keys: { root, identities: new Map() }, certificates: [], memories: [] }),
    );
    expect(report.findings.map(({ node, kind }) => `${node} ${kind}`)).toEqual(["node-a no_key", "node-b no_key"]);
    expect(printAudit(report)).toMatch(/node-a, entries 1 to 12: no key: .*give its certificate/);
  });

  it("reads more than one batch at one moment, while more is written", async () => {
    await asNode("node-a", async (client) => {
      for (let n = 0; n < 3; n++) await appendMore(client, "node-a", 800, keys["node-a"]);
    });
    await asReader(async (client) => {
      const sizes: number[] = [];
      for await (const batch of readChains(client)) {
        sizes.push(batch.length);
        await asNode("node-a", (writer) => appendMore(writer, "node-a", 1, keys["node-a"]));
      }
      expect(sizes).toEqual([1000, 1000, 424]);
    });
    expect(await found()).toEqual([]);
  });
});

describe("audit list", () => {
  it("shows the latest that fit, oldest first, and nothing a terminal obeys", async () => {
    await asNode("node-b", async (client) => {
      const more = { tenant: "BRAVO", reason: "TENANT_MISMATCH", detail: "\u001b[2Jgone\u202e" };
      const head = {
        seq: 12,
        hash: (await client.query("SELECT hash FROM dsmil_audit.entries WHERE seq = 12")).rows[0].hash,
      };
      await append(client, await batchAfter(head, [refusal("node-b", 13, more)]));
    });
    await asReader(async (client) => {
      const seqs = async (filter: object): Promise<string[]> =>
        (await listEntries(client, { limit: 3, ...filter })).map(({ node, seq }) => `${node} ${seq}`);
      expect(await seqs({})).toEqual(["node-a 12", "node-b 12", "node-b 13"]);
      expect(await seqs({ node: "node-a" })).toEqual(["node-a 10", "node-a 11", "node-a 12"]);
      expect(await seqs({ tenant: "bravo" })).toEqual(["node-b 13"]);
      expect(await seqs({ reason: "tenant_mismatch" })).toEqual(["node-b 13"]);
      expect(await seqs({ reason: "REPLAY", since: new Date("2026-01-01T00:00:12Z") })).toEqual([
        "node-a 12",
        "node-b 12",
      ]);
      expect(await seqs({ tenant: "' OR true --" })).toEqual([]);
      const [entry] = await listEntries(client, { tenant: "bravo", limit: 1 });
      expect(entry).toEqual(
        refusal("node-b", 13, { tenant: "BRAVO", reason: "TENANT_MISMATCH", detail: "\u001b[2Jgone\u202e" }),
      );
      expect(entry && entryCells(entry)).toEqual([
        "2026-01-01T00:00:13.000Z",
        "node-b",
        "13",
        "dbe.refused",
        "BRAVO",
        "TENANT_MISMATCH",
        "0x41",
        "43 → 47",
        "node-b",
        "·[2Jgone·",
      ]);
    });
  });
});
