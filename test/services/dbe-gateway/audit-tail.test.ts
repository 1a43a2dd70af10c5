import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AuditWriter } from "../../../images/dbe-gateway/src/audit/audit-writer.ts";
import { AUDIT_CONTEXT, type ChainedEntry, GENESIS, link } from "../../../images/runtime/dbe/audit/entry.ts";
import { entriesOf } from "../../../images/runtime/dbe/audit/finding.ts";
import { verifyChain } from "../../../images/runtime/dbe/audit/verify-chain.ts";
import { until } from "../support/fabric.ts";
import { newKey } from "./support/keys.ts";
import { drained, row, WriterRig } from "./support/writer-rig.ts";

let rig: WriterRig;
beforeEach(() => {
  rig = new WriterRig();
});
afterEach(() => rig.destroy());

/** Rows of somebody who has the node's password for the store, and not its key. */
async function insert(count: number, sign?: (hash: Buffer) => Promise<Buffer>): Promise<void> {
  const made: ChainedEntry[] = [];
  for (let i = 0; i < count; i++) {
    const last = made.at(-1) ?? rig.store.rows.at(-1);
    const about = { tenant: null, reason: null, type: null, source: null, destination: null, peer: null };
    const entry = { ...about, node: "node-a", seq: (last?.seq ?? 0) + 1, messageId: null, detail: `put in ${i}` };
    const one = link(last?.hash ?? GENESIS, { ...entry, kind: "dbe.session", ts: new Date().toISOString() });
    made.push({ ...one, signature: (await sign?.(one.hash)) ?? null });
  }
  await rig.store.append(made);
}

async function written(...names: readonly string[]): Promise<AuditWriter> {
  const writer = await rig.open();
  for (const name of names) {
    await writer.note(row(name));
    await drained(writer);
  }
  return writer;
}
const statements = (): ChainedEntry[] => rig.store.rows.filter(({ kind }) => kind === "dbe.audit");
const stated = (): string[] => statements().map(({ detail }) => detail.replaceAll(/\([0-9a-f]{64}\)/g, "(#)"));
const hash = (seq: number): string => rig.store.rows[seq - 1]?.hash.toString("hex") ?? "";

/** What `bin/dsmil audit verify` would say, from the table and the head that the gateway shows. */
async function verified({ status: { head, lost } }: AuditWriter): Promise<string[]> {
  const heads = [head, ...lost].map(({ seq, hash: text }) => ({ seq, hash: Buffer.from(text, "hex") }));
  const trust = { keysOf: () => [rig.key.publicKey], heads: new Map([["node-a", heads]]) };
  return (await verifyChain([rig.store.rows], trust)).findings.map((one) => `${one.kind} ${entriesOf(one)}`);
}

describe("rows behind the node's own last one", () => {
  it("that somebody put in are named by the next row, and never vouched for", async () => {
    const writer = await written("one", "two");
    await insert(3);
    await until(async () => statements().length === 1);
    await drained(writer);
    expect(stated()).toEqual([
      "this node's chain ended with entry 2 (#), the trail with entry 5 (#); entries 3 to 5 are not vouched for",
    ]);
    const [statement] = statements();
    expect(statement).toMatchObject({ seq: 6, detail: expect.stringContaining(hash(2)) });
    expect(statement?.detail).toContain(hash(5));
    expect(statement?.signature).not.toBeNull();
    expect(writer.status.foreign).toMatchObject([{ first: 3, last: 5, hash: hash(5), found: expect.any(String) }]);
    expect(writer.status.lost).toEqual([]);
    await writer.note(row("three"));
    await drained(writer);
    expect(await verified(writer)).toEqual(["foreign entries 3 to 5"]);
  });

  it("with a signature of another key are as foreign as those without", async () => {
    const writer = await written("one");
    const other = newKey();
    await insert(2, (data) => other.sign(data, AUDIT_CONTEXT));
    await until(async () => statements().length === 1);
    expect(writer.status.foreign).toMatchObject([{ first: 2, last: 3 }]);
    expect(await verified(writer)).toEqual(["wrong_signature entries 2 to 3", "foreign entries 2 to 3"]);
  });

  it("with the node's signature for another purpose are foreign", async () => {
    const writer = await written("one");
    await insert(1, (data) => rig.key.sign(data, "dsmil-dbe-v1-responder"));
    await until(async () => statements().length === 1);
    expect(writer.status.foreign).toMatchObject([{ first: 2, last: 2 }]);
  });

  it("come before rows that waited: what is said about them stands first", async () => {
    let writer = await written("one");
    await rig.stop();
    rig.store.fault = "away";
    writer = await rig.open();
    await writer.note(row("waits"));
    rig.store.fault = "none";
    await insert(1);
    await drained(writer);
    expect(rig.details().map((detail) => detail.slice(0, 17))).toEqual([
      "one",
      "put in 0",
      "this node's chain",
      "waits",
    ]);
    expect(await verified(writer)).toEqual(["foreign entry 2"]);
  });

  it("are remembered and named once, also over restarts and lost answers", async () => {
    let writer = await written("one");
    await rig.stop();
    await insert(1);
    rig.store.fault = "commits, then breaks";
    writer = await rig.open();
    await until(async () => rig.store.fault === "none");
    await rig.stop();
    writer = await rig.open();
    await writer.note(row("two"));
    await drained(writer);
    expect(stated()).toHaveLength(1);
    expect(writer.status.foreign).toMatchObject([{ first: 2, last: 2 }]);
    await insert(2);
    await until(async () => statements().length === 2);
    expect(writer.status.foreign).toMatchObject([
      { first: 2, last: 2 },
      { first: 5, last: 6 },
    ]);
    await drained(writer);
    expect(await verified(writer)).toEqual(["foreign entry 2", "foreign entries 5 to 6"]);
  });

  it("that it wrote and has forgotten are its own: its signature is under them", async () => {
    let writer = await written("one");
    await rig.stop();
    const { head } = writer.status;
    await written("two", "three");
    await rig.stop();
    // The commits were done, and neither their answers nor the spool are left.
    rig.forget(head);
    writer = await rig.open();
    await until(async () => statements().length === 1);
    await drained(writer);
    expect(stated()).toEqual([
      "this node's chain ended with entry 1 (#), the trail with entry 3 (#); the node has signed what is there",
    ]);
    expect(writer.status).toMatchObject({ foreign: [], lost: [] });
    expect(await verified(writer)).toEqual([]);
  });

  it("of both kinds are told apart, also when the node has forgotten everything", async () => {
    await written("one", "two");
    await rig.stop();
    await insert(2);
    rig.forget();
    const writer = await rig.open();
    await until(async () => statements().length === 1);
    await drained(writer);
    expect(stated()).toEqual([
      "this node's chain ended with no entry, the trail with entry 4 (#); entries 3 to 4 are not vouched for",
    ]);
    expect(await verified(writer)).toEqual(["foreign entries 3 to 4"]);
  });

  it("are all suspect where the trail does not show signatures", async () => {
    const writer = await written("one");
    rig.store.hidesSignatures = true;
    await insert(1);
    await until(async () => statements().length === 1);
    expect(writer.status.foreign).toMatchObject([{ first: 2, last: 2 }]);
  });
});

describe("rows that are gone", () => {
  it("are proved by the head that stays, named in the chain, and the chain goes on", async () => {
    let writer = await written("one", "two", "three");
    const gone = hash(3);
    rig.store.rows.splice(1);
    // Found while there is nothing to write.
    await until(async () => writer.status.lost.length === 1);
    expect(writer.status.lost[0]).toMatchObject({ seq: 3, hash: gone });
    await writer.note(row("four"));
    await drained(writer);
    expect(stated()).toEqual([
      "this node's chain ended with entry 3 (#), the trail with entry 1 (#); entry 3 is gone or another one; " +
        "the node has signed what is there",
    ]);
    expect([rig.details().at(0), rig.details().at(-1), rig.store.rows.length]).toEqual(["one", "four", 3]);
    await rig.stop();
    writer = await rig.open();
    expect(writer.status.lost).toHaveLength(1);
    expect(await verified(writer)).toEqual(["other_head entry 3"]);
  });

  it("and replaced by others are both lost and foreign", async () => {
    const writer = await written("one", "two", "three");
    await rig.stop();
    rig.store.rows.splice(1);
    await insert(4);
    const again = await rig.open();
    await until(async () => statements().length === 1);
    await drained(again);
    expect(again.status.lost).toMatchObject([{ seq: 3, hash: writer.status.head.hash }]);
    expect(again.status.foreign).toMatchObject([{ first: 2, last: 5 }]);
    expect(await verified(again)).toEqual(["foreign entries 2 to 5", "other_head entry 3"]);
  });
});
