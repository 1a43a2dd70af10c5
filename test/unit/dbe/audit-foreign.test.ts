import { expect, it } from "vitest";
import {
  AUDIT_CONTEXT,
  type AuditEntry,
  auditDetail,
  type ChainedEntry,
  GENESIS,
  link,
} from "../../../images/runtime/dbe/audit/entry.ts";
import { entriesOf } from "../../../images/runtime/dbe/audit/finding.ts";
import { foreignIn, tailStatement } from "../../../images/runtime/dbe/audit/tail-statement.ts";
import { verifyChain } from "../../../images/runtime/dbe/audit/verify-chain.ts";
import { signer } from "../../../images/runtime/pqc/signer.ts";

const key = signer("11".repeat(32));
const head = (seq: number) => ({ seq, hash: Buffer.alloc(32, seq) });
const says = (own: number, found: number, first = own + 1) =>
  tailStatement({ own: head(own), found: head(found), gone: false, foreign: { first, last: found } });

/** A chain of these details, the entries with these numbers signed; details that are statements are so by kind. */
async function chained(details: readonly string[], signed: readonly number[]): Promise<ChainedEntry[]> {
  const rows: ChainedEntry[] = [];
  for (const [i, detail] of details.entries()) {
    const nothing = { tenant: null, reason: null, type: null, source: null, destination: null, peer: null };
    const kind = detail.startsWith("this node's chain") ? "dbe.audit" : "dbe.session";
    const ts = new Date(Date.UTC(2026, 0, 1) + i).toISOString();
    const row = link(rows.at(-1)?.hash ?? GENESIS, {
      ...{ ...nothing, node: "node-a", seq: i + 1, ts, kind, messageId: null, detail },
    } satisfies AuditEntry);
    rows.push(signed.includes(i + 1) ? { ...row, signature: await key.sign(row.hash, AUDIT_CONTEXT) } : row);
  }
  return rows;
}
async function found(rows: readonly ChainedEntry[], keys = [key.publicKey]): Promise<string[]> {
  const { findings } = await verifyChain([rows], { keysOf: () => keys });
  return findings.map((one) => `${one.kind} ${entriesOf(one)}`);
}

it("a statement about a chain's end fits into an entry, and is read as it was written", () => {
  const most = Number.MAX_SAFE_INTEGER;
  const text = tailStatement({
    own: head(1),
    found: { seq: most - 1, hash: Buffer.alloc(32, 255) },
    gone: true,
    foreign: { first: most - 2, last: most - 1 },
  });
  expect(auditDetail(text)).toBe(text);
  const entry = { kind: "dbe.audit", seq: most, detail: text } as AuditEntry;
  expect(foreignIn(entry)).toEqual({ first: most - 2, last: most - 1 });
  expect(foreignIn({ ...entry, kind: "dbe.session" })).toBeUndefined();
  expect(foreignIn({ ...entry, seq: most - 1 })).toBeUndefined();
  const none = tailStatement({ own: head(1), found: head(2), gone: false, foreign: undefined });
  expect(foreignIn({ ...entry, detail: none })).toBeUndefined();
});

it("entries that the node says it does not vouch for are found, though its signature follows", async () => {
  const rows = await chained(["a", "put in", "put in", says(1, 3), "b"], [1, 5]);
  expect(await found(rows)).toEqual(["foreign entries 2 to 3"]);
  expect(await found(rows, [])).toContain("foreign entries 2 to 3");
});

it("what somebody put in says nothing about the entries before it", async () => {
  const rows = await chained(["a", "b", says(0, 2, 1), says(2, 3), "c"], [2, 5]);
  expect(await found(rows)).toEqual(["foreign entry 3"]);
});

it("a statement that no signature covers is none", async () => {
  const rows = await chained(["a", "b", says(0, 2, 1)], [2]);
  expect(await found(rows)).toEqual(["unsigned_tail entry 3"]);
});

it("a statement that was altered is found as such", async () => {
  const rows = await chained(["a", "put in", says(1, 2), "b"], [1, 4]);
  const changed = rows.map((row) => (row.seq === 3 ? { ...row, detail: "nothing to see" } : row));
  expect(await found(changed)).toEqual(["altered entry 3"]);
});
