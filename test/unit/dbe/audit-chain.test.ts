import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  AUDIT_CONTEXT,
  type AuditEntry,
  auditDetail,
  type ChainedEntry,
  canonical,
  chain,
  GENESIS,
  link,
} from "../../../images/runtime/dbe/audit/entry.ts";
import { entriesOf, type Finding } from "../../../images/runtime/dbe/audit/finding.ts";
import { MAX_FINDINGS } from "../../../images/runtime/dbe/audit/findings.ts";
import type { ChainHead } from "../../../images/runtime/dbe/audit/sql.ts";
import { verifyChain } from "../../../images/runtime/dbe/audit/verify-chain.ts";
import { type Signer, signer } from "../../../images/runtime/pqc/signer.ts";
import { refusal } from "./support/refusal.ts";

const key = signer("11".repeat(32));
const foreign = signer("22".repeat(32));
/** Last entry of each written batch of the chain that is tampered with: 3, 6, 9, 12. */
const BATCH = 3;

const entryOf = (seq: number, more: Partial<AuditEntry> = {}): AuditEntry =>
  refusal("node-a", seq, { ts: new Date(Date.UTC(2026, 0, 1) + seq).toISOString(), ...more });

async function signed(entry: ChainedEntry, by: Signer = key): Promise<ChainedEntry> {
  return { ...entry, signature: await by.sign(entry.hash, AUDIT_CONTEXT) };
}

/** A chain of `count` entries as a node writes it; `changed` entries differ from the first one's. */
async function written(count: number, from = 1, prev = GENESIS, more: Partial<AuditEntry> = {}) {
  const rows: ChainedEntry[] = [];
  for (let seq = from; seq < from + count; seq++) {
    const row = link(rows.at(-1)?.hash ?? prev, entryOf(seq, more));
    rows.push(seq % BATCH === 0 ? await signed(row) : row);
  }
  return rows;
}

const twelve = await written(12);
const heads = (row: ChainedEntry | undefined = twelve.at(-1)): ReadonlyMap<string, ChainHead[]> =>
  new Map([["node-a", row ? [{ seq: row.seq, hash: row.hash }] : []]]);

async function findings(rows: readonly ChainedEntry[], head = heads(), keys = [key.publicKey]): Promise<Finding[]> {
  const { findings: found } = await verifyChain([rows.slice(0, 5), rows.slice(5)], { keysOf: () => keys, heads: head });
  return [...found];
}
const named = (found: readonly Finding[]): string[] => found.map((f) => `${f.kind} ${entriesOf(f)}`);

/** The rows with one replaced. */
const at = (seq: number, row: Partial<ChainedEntry>, rows: readonly ChainedEntry[] = twelve): ChainedEntry[] =>
  rows.map((r) => (r.seq === seq ? { ...r, ...row } : r));
const rowAt = (seq: number): ChainedEntry => twelve[seq - 1] as ChainedEntry;

/** Entries as somebody makes them who has the table but not the key: hashes fit, signatures are kept. */
function rechained(rows: readonly ChainedEntry[]): ChainedEntry[] {
  const out: ChainedEntry[] = [];
  for (const row of rows) {
    const prevHash = out.at(-1)?.hash ?? GENESIS;
    out.push({ ...row, prevHash, hash: chain(prevHash, row) });
  }
  return out;
}

describe("audit entry", () => {
  it("is written as RFC 8785 writes it", () => {
    const text = canonical(entryOf(1, { detail: 'é "\u0001"\n', tenant: null, peer: null })).toString();
    expect(text).toBe(
      '{"destination":47,"detail":"é \\"\\u0001\\"\\n","kind":"dbe.refused","messageId":"abababababababababababababababab",' +
        '"node":"node-a","peer":null,"reason":"REPLAY","seq":1,"source":43,"tenant":null,"ts":"2026-01-01T00:00:00.001Z","type":65}',
    );
    const more = { ...entryOf(1), recordedAt: "later" };
    expect(canonical(more).equals(canonical(entryOf(1)))).toBe(true);
  });

  it("is hashed with the hash before", () => {
    const expected = createHash("sha256")
      .update(Buffer.concat([GENESIS, canonical(entryOf(1))]))
      .digest();
    expect(chain(GENESIS, entryOf(1)).equals(expected)).toBe(true);
  });

  it.each<[string, Partial<AuditEntry>]>([
    ["node", { node: "Node_A" }],
    ["seq", { seq: 0 }],
    ["ts", { ts: "2026-01-01T00:00:00Z" }],
    ["kind", { kind: "other" as "dbe.key" }],
    ["tenant", { tenant: "alpha" }],
    ["reason", { reason: "no reason" }],
    ["type", { type: 256 }],
    ["source", { source: -1 }],
    ["destination", { destination: 65_536 }],
    ["peer", { peer: "" }],
    ["messageId", { messageId: "AB" }],
    ["detail", { detail: "x".repeat(501) }],
    ["detail", { detail: "a\0b" }],
    ["detail", { detail: "\ud800" }],
  ])("names %s where it is wrong", (field, more) => {
    expect(() => link(GENESIS, entryOf(1, more))).toThrow(`audit entry: ${field} is not valid`);
  });

  it("takes any text as a detail", () => {
    for (const text of ["x".repeat(600), "a\0b", "\ud800", `${"x".repeat(499)}😀`]) {
      expect(() => link(GENESIS, entryOf(1, { detail: auditDetail(text) }))).not.toThrow();
    }
  });
});

describe("audit chain", () => {
  it("finds nothing in what was written, nor in what came after the heads were asked", async () => {
    expect(await findings(twelve)).toEqual([]);
    expect(await findings(twelve, heads(rowAt(5)))).toEqual([]);
    expect(await findings(twelve, new Map(), [foreign.publicKey, key.publicKey])).toEqual([]);
    const { chains } = await verifyChain([twelve], { keysOf: () => [key.publicKey] });
    expect(chains).toEqual([{ node: "node-a", entries: 12, signed: 4, last: 12 }]);
  });

  it.each<[string, Partial<ChainedEntry>]>([
    ["detail", { detail: "nothing happened" }],
    ["tenant", { tenant: "BRAVO" }],
    ["kind", { kind: "dbe.session" }],
    ["a time", { ts: "2026-01-01T00:00:00.006Z" }],
    ["a field taken out", { peer: null }],
    ["the hash", { hash: Buffer.alloc(32, 1) }],
    ["the hash before", { prevHash: Buffer.alloc(32, 1) }],
  ])("names an altered entry: %s", async (_, change) => {
    const found = await findings(at(5, change));
    expect(named(found)).toEqual(["altered entry 5"]);
    expect(found[0]?.detail).toBe("is not what its hash was made of");
  });

  it("names an altered entry whose hash was made anew", async () => {
    const row = { ...rowAt(5), detail: "nothing happened" };
    const found = await findings(at(5, { ...row, hash: chain(row.prevHash, row) }));
    expect(named(found)).toEqual(["altered entry 5"]);
    expect(found[0]?.detail).toMatch(/written anew/);
  });

  it("names the signatures that an altered entry spoils when all after it was chained anew", async () => {
    expect(named(await findings(rechained(at(5, { detail: "x" }))))).toEqual([
      "wrong_signature entry 6",
      "wrong_signature entry 9",
      "wrong_signature entry 12",
      "other_head entry 12",
    ]);
  });

  it("names what was chained anew and stripped of signatures as unsigned", async () => {
    const rows = rechained(at(5, { detail: "x" })).map((row) => (row.seq > 4 ? { ...row, signature: null } : row));
    expect(named(await findings(rows, new Map()))).toEqual(["unsigned_tail entries 4 to 12"]);
  });

  it("names missing entries, alone and in a row, the first ones too", async () => {
    const without = (...seqs: number[]) => twelve.filter(({ seq }) => !seqs.includes(seq));
    expect(named(await findings(without(5)))).toEqual(["missing entry 5"]);
    expect(named(await findings(without(4, 5, 6, 8)))).toEqual(["missing entries 4 to 6", "missing entry 8"]);
    expect(named(await findings(without(1, 2)))).toEqual(["missing entries 1 to 2"]);
  });

  it("names a missing entry whose gap was closed", async () => {
    const rows = twelve.flatMap((row) => (row.seq === 5 ? [] : [row.seq > 5 ? { ...row, seq: row.seq - 1 } : row]));
    const found = await findings(rows);
    expect(named(found)).toEqual(["reordered entries 5 to 11", "missing entry 5", "tail_removed entry 12"]);
    expect(found[0]?.detail).toBe("stands 1 before its place");
  });

  it("names an inserted entry, and those that made room for it", async () => {
    const put = link(rowAt(4).hash, entryOf(5, { detail: "never was" }));
    const later = twelve.slice(4).map((row) => ({ ...row, seq: row.seq + 1 }));
    expect(named(await findings([...twelve.slice(0, 4), put, ...later], new Map()))).toEqual([
      "inserted entry 5",
      "reordered entries 6 to 13",
    ]);
    const loose = link(Buffer.alloc(32, 9), entryOf(5, { detail: "never was" }));
    expect(named(await findings([...twelve.slice(0, 4), loose, ...later], new Map()))).toEqual([
      "inserted entry 5",
      "reordered entries 6 to 13",
    ]);
  });

  it("names an entry that has another's number", async () => {
    const put = link(rowAt(4).hash, entryOf(5, { detail: "never was" }));
    const rows = [...twelve.slice(0, 5), put, ...twelve.slice(5)];
    expect(named(await findings(rows))).toEqual(["inserted entry 5"]);
  });

  it("names entries that changed places", async () => {
    const swapped = at(3, { ...rowAt(4), seq: 3 }, at(4, { ...rowAt(3), seq: 4 }));
    const found = await findings(swapped);
    expect(named(found)).toEqual(["reordered entry 3", "reordered entry 4"]);
    expect(found.map(({ detail }) => detail)).toEqual(["stands 1 before its place", "stands 1 after its place"]);
    const far = at(2, { ...rowAt(11), seq: 2 }, at(11, { ...rowAt(2), seq: 11 }));
    expect(named(await findings(far))).toEqual(["reordered entry 2", "reordered entry 11"]);
  });

  it("names a wrong signature, also one for another purpose", async () => {
    const forged = await signed(rowAt(6), foreign);
    expect(named(await findings(at(6, forged)))).toEqual(["wrong_signature entry 6"]);
    const other = await key.sign(rowAt(6).hash, "dsmil-l7-claim-v1");
    expect(named(await findings(at(6, { signature: other })))).toEqual(["wrong_signature entry 6"]);
    expect(named(await findings(at(6, { signature: Buffer.alloc(3) })))).toEqual(["wrong_signature entry 6"]);
    expect(named(await findings(at(6, { signature: rowAt(9).signature })))).toEqual(["wrong_signature entry 6"]);
  });

  it("names a tail that was removed, all of it too, and one that nobody signed", async () => {
    expect(named(await findings(twelve.slice(0, 9)))).toEqual(["tail_removed entries 10 to 12"]);
    expect(named(await findings(twelve.slice(0, 8)))).toEqual([
      "unsigned_tail entries 7 to 8",
      "tail_removed entries 9 to 12",
    ]);
    expect(named(await findings([]))).toEqual(["tail_removed entries 1 to 12"]);
    const added = link(rowAt(12).hash, entryOf(13));
    expect(named(await findings([...twelve, added]))).toEqual(["unsigned_tail entry 13"]);
  });

  it("names what the node remembers and another entry has taken the place of", async () => {
    const gone = { seq: 10, hash: rowAt(10).hash };
    const after = await written(4, 10, rowAt(9).hash, { detail: "went on" });
    const [last] = after.slice(-1) as [ChainedEntry];
    const remembered = new Map([["node-a", [{ seq: 13, hash: last.hash }, gone]]]);
    const rows = [...twelve.slice(0, 9), ...after.slice(0, 3), await signed(last)];
    expect(named(await findings(rows, remembered))).toEqual(["other_head entry 10"]);
  });

  it("names another chain in the place of the whole", async () => {
    const other = await written(12, 1, GENESIS, { detail: "all quiet" });
    expect(named(await findings(other))).toEqual(["other_head entry 12"]);
    expect(named(await findings(await written(12, 1, Buffer.alloc(32, 7))))).toEqual([
      "altered entry 1",
      "other_head entry 12",
    ]);
  });

  it("says when signatures cannot be checked", async () => {
    const found = await findings(twelve, heads(), []);
    expect(named(found)).toEqual(["no_key entries 1 to 12"]);
    expect(found[0]?.detail).toMatch(/give its certificate/);
  });

  it("keeps the chains of nodes apart", async () => {
    const b = await Promise.all((await written(3, 1, GENESIS, { node: "node-b" })).map((row) => signed(row, foreign)));
    const keysOf = (node: string) => [node === "node-a" ? key.publicKey : foreign.publicKey];
    const result = await verifyChain([[...twelve, ...b.slice(0, 1)], b.slice(1)], { keysOf, heads: heads() });
    expect(result.findings).toEqual([]);
    expect(result.chains.map(({ node, entries }) => `${node} ${entries}`)).toEqual(["node-a 12", "node-b 3"]);
    const moved = b.map((row) => ({ ...row, node: "node-a", seq: row.seq + 12 }));
    expect(named(await findings([...twelve, ...moved]))).toContain("altered entries 13 to 15");
  });

  it("stays within bounds when everything is wrong", async () => {
    const rows = Array.from({ length: 4 * MAX_FINDINGS }, (_, i) => {
      const row = link(GENESIS, entryOf(1));
      return { ...row, seq: 2 * (i + 1), hash: Buffer.alloc(32, i) };
    });
    const { findings: found, omitted } = await verifyChain([rows], { keysOf: () => [] });
    expect(found.length).toBe(MAX_FINDINGS);
    expect(omitted).toBeGreaterThan(MAX_FINDINGS);
  });
});
