import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AuditTrail } from "../../../images/dbe-gateway/src/audit/audit-trail.ts";
import type { AuditWriterOptions } from "../../../images/dbe-gateway/src/audit/audit-writer.ts";
import { FloodGate } from "../../../images/dbe-gateway/src/audit/flood-gate.ts";
import { AUDIT_CONTEXT } from "../../../images/runtime/dbe/audit/entry.ts";
import { verifySignature } from "../../../images/runtime/pqc/verify-signature.ts";
import { until } from "../support/fabric.ts";
import type { MemoryStore } from "./support/memory-store.ts";
import { randomFrom } from "./support/random.ts";
import { drained, row, WriterRig } from "./support/writer-rig.ts";

let rig: WriterRig;
let dir: string;
let store: MemoryStore;
const open = (more: Partial<AuditWriterOptions> = {}) => rig.open(more);
const details = () => rig.details();

beforeEach(() => {
  rig = new WriterRig();
  ({ dir, store } = rig);
});
afterEach(() => rig.destroy());

describe("rows", () => {
  it("reach the store in order, chained, the last of each batch signed, and the head file follows", async () => {
    const writer = await open();
    const wanted = Array.from({ length: 450 }, (_, i) => `row ${i}`);
    await Promise.all(wanted.map((detail) => writer.note(row(detail))));
    await drained(writer);
    expect(details()).toEqual(wanted);
    const last = store.rows.at(-1);
    expect(
      last && verifySignature(rig.key.publicKey, last.hash, last.signature ?? Buffer.alloc(0), AUDIT_CONTEXT),
    ).toBe(true);
    const head = JSON.parse(readFileSync(`${dir}/head.json`, "utf8"));
    expect(head).toMatchObject({ v: 1, node: "node-a", seq: 450, hash: last?.hash.toString("hex"), lost: [] });
    expect(statSync(`${dir}/head.json`).mode & 0o777).toBe(0o600);
  });

  it("that must be written are in the store when `require` returns", async () => {
    const writer = await open();
    await until(async () => writer.status.away === undefined);
    await Promise.all(Array.from({ length: 20 }, (_, i) => writer.require(row(`act ${i}`))));
    expect(store.rows).toHaveLength(20);
  });

  it("wait on disk while the store is away; what must be written is refused at once", async () => {
    store.fault = "away";
    let writer = await open();
    for (const detail of ["one", "two"]) expect(await writer.note(row(detail))).toBe(true);
    await expect(writer.require(row("act"))).rejects.toMatchObject({ reason: "AUDIT_UNAVAILABLE" });
    await rig.stop();
    writer = await open();
    expect(writer.status.spool).toBe(2);
    await writer.note(row("three"));
    store.fault = "none";
    await drained(writer);
    expect(details()).toEqual(["one", "two", "three"]);
    expect(readdirSync(dir).filter((name) => name.startsWith("spool"))).toHaveLength(1);
  });

  it("a store that does not answer is AUDIT_UNAVAILABLE after a bounded time", async () => {
    const writer = await open({ requireMs: 50 });
    await until(async () => writer.status.away === undefined);
    const append = store.append.bind(store);
    let release = (): void => undefined;
    store.append = async (rows) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      await append(rows);
    };
    await expect(writer.require(row("act"))).rejects.toMatchObject({ reason: "AUDIT_UNAVAILABLE" });
    store.append = append;
    release();
    await drained(writer);
    expect(details()).toEqual(["act"]);
  });
});

describe("nothing is lost and nothing is there twice", () => {
  it("when the store commits and the answer is lost, also over a restart", async () => {
    store.fault = "commits, then breaks";
    let writer = await open();
    await writer.note(row("one"));
    await until(async () => store.rows.length === 1);
    await rig.stop();
    writer = await open();
    await writer.note(row("two"));
    await drained(writer);
    expect(details()).toEqual(["one", "two"]);
  });

  it("when a line was cut off by a crash: it was never confirmed", async () => {
    store.fault = "away";
    let writer = await open();
    await writer.note(row("one"));
    await rig.stop();
    appendFileSync(`${dir}/spool-1.jsonl`, '{"ts":"2026-');
    writer = await open();
    await writer.note(row("two"));
    store.fault = "none";
    await drained(writer);
    expect(details()).toEqual(["one", "two"]);
  });

  const seed = Number(process.env.DBE_AUDIT_SEED ?? Date.now() % 2 ** 31);
  it(`over random outages, lost answers and restarts (DBE_AUDIT_SEED=${seed})`, async () => {
    const random = randomFrom(seed);
    const wanted: string[] = [];
    let writer = await open({ maxBytes: 8 * 1024 * 1024 });
    for (let step = 0; step < 150; step++) {
      const what = random();
      if (what < 0.6) {
        const batch = Array.from({ length: 1 + Math.floor(random() * 40) }, (_, i) => `${step}.${i}`);
        wanted.push(...batch);
        expect(await Promise.all(batch.map((detail) => writer.note(row(detail))))).not.toContain(false);
      } else if (what < 0.75) {
        store.fault = random() < 0.5 ? "away" : "commits, then breaks";
      } else if (what < 0.9) {
        store.fault = "none";
      } else {
        await rig.stop();
        writer = await open();
      }
      if (random() < 0.3) await new Promise((resolve) => setImmediate(resolve));
    }
    store.fault = "none";
    await drained(writer);
    expect(details()).toEqual(wanted);
  }, 60_000);
});

describe("what is wrong is kept and told", () => {
  it("a disk that is full: what it did not take is counted, and a row says so when it does again", async () => {
    store.fault = "away";
    const writer = await open({ maxBytes: 2000 });
    const taken: boolean[] = [];
    for (let i = 0; i < 20; i++) taken.push(await writer.note(row(`row ${i}`)));
    const lost = taken.filter((one) => !one).length;
    expect(lost).toBeGreaterThan(5);
    expect(writer.status.unwritten).toBe(lost);
    store.fault = "none";
    await drained(writer);
    await writer.note(row("after"));
    await until(async () => details().some((detail) => detail.startsWith(`${lost} audit rows could not be kept`)));
    expect(details().filter((detail) => /^row/.test(detail))).toHaveLength(20 - lost);
  });

  it("a row that the trail would refuse does not stop the others", async () => {
    const writer = await open();
    expect(await writer.note({ ...row("bad"), tenant: "not a tenant" })).toBe(false);
    expect(await writer.note(row("good"))).toBe(true);
    await drained(writer);
    expect(details()).toContain("good");
  });

  it.each(["", "{}", '{"v":1,"node":"node-b","seq":1,"hash":"00","segment":1,"offset":0,"lost":[]}'])(
    "a head file that is none is not overwritten: %s",
    async (text) => {
      writeFileSync(`${dir}/head.json`, text);
      await expect(open()).rejects.toThrow(/head\.json .*restore it, or move it away/);
    },
  );
});

describe("flood control", () => {
  it("writes a few rows of a kind one by one and the rest as sums, whose windows grow while it lasts", () => {
    const gate = new FloodGate<string>({ allowance: 3, firstMs: 1000, mostMs: 8000, keys: 100 });
    let [alone, summed, rows] = [0, 0, 0];
    for (let now = 0; now < 120_000; now += 10) {
      if (gate.admit("flood", "row", now)) alone += 1;
      for (const { count } of gate.ended(now)) {
        summed += count;
        rows += 1;
      }
    }
    for (const { count } of gate.ended(120_000, true)) summed += count;
    expect(alone + summed).toBe(12_000);
    expect(alone + rows).toBeLessThan(80);
  });

  it("forgets a kind that has become quiet, and tells kinds apart, as many as it may", () => {
    const gate = new FloodGate<string>({ allowance: 1, firstMs: 1000, mostMs: 8000, keys: 2 });
    expect([gate.admit("a", "x", 0), gate.admit("b", "x", 0), gate.admit("a", "x", 0)]).toEqual([true, true, false]);
    // The third kind shares one window with all that follow.
    expect([gate.admit("c", "x", 0), gate.admit("d", "x", 0)]).toEqual([true, false]);
    expect(gate.ended(1000).map(({ count }) => count)).toEqual([1, 1]);
    gate.ended(5000);
    expect(gate.admit("b", "x", 5000)).toBe(true);
  });

  it("of a trail loses no count, and none at the end", async () => {
    const writer = await open();
    const trail = new AuditTrail(writer);
    const { kind: _kind, ...refused } = row("again");
    await Promise.all(Array.from({ length: 500 }, () => trail.refuse({ ...refused, messageId: "ab".repeat(16) })));
    await trail.close();
    await drained(writer);
    const sum = details().reduce((all, detail) => all + Number(/^(\d+) more/.exec(detail)?.[1] ?? 1), 0);
    expect([sum, store.rows.length]).toEqual([500, 6]);
  });
});
