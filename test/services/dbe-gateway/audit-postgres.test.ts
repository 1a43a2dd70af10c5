import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { PostgresStore } from "../../../images/dbe-gateway/src/audit/postgres-store.ts";
import { type ChainedEntry, GENESIS, link } from "../../../images/runtime/dbe/audit/entry.ts";
import { entriesOf } from "../../../images/runtime/dbe/audit/finding.ts";
import { verifyChain } from "../../../images/runtime/dbe/audit/verify-chain.ts";
import { createPostgresPool } from "../../../images/runtime/postgres-pool.ts";
import { makeCertificates } from "../support/certificates.ts";
import { until } from "../support/fabric.ts";
import { PostgresServer } from "../support/postgres-server.ts";
import { makeTrail, trailOf } from "./support/audit-database.ts";
import { quiet } from "./support/fleet.ts";
import { drained, row, WriterRig } from "./support/writer-rig.ts";

/** One a test: a chain cannot be begun anew. */
const NODES = ["node-a", "node-b", "node-c"];
let dir: string;
let rig: WriterRig;
let postgres: PostgresServer;
let pool: pg.Pool;
let node: string;
let role: string;
let store: PostgresStore;

beforeAll(async () => {
  dir = mkdtempSync("/tmp/dsmil-audit-postgres-");
  chmodSync(dir, 0o755);
  const certificates = makeCertificates(dir);
  postgres = await PostgresServer.start(`${dir}/postgres`, certificates, "unused");
  await makeTrail(postgres, NODES);
}, 120_000);
afterAll(async () => {
  await postgres?.down("SIGQUIT");
  rmSync(dir, { recursive: true });
});
beforeEach(async () => {
  rig = new WriterRig();
  node = NODES.shift() ?? "";
  role = `dsmil_audit_${node.replace("-", "_")}`;
  const passwordFile = `${dir}/password-${node}`;
  writeFileSync(passwordFile, `password-of-${node}\n`, { mode: 0o600 });
  const { port, database, ca } = postgres;
  const about = { host: "localhost", port, database, ca, schema: "dsmil_audit", user: role, passwordFile };
  pool = createPostgresPool(about, "test", quiet());
  store = new PostgresStore(pool, node);
  await postgres.sql(`GRANT SELECT (signature) ON dsmil_audit.entries TO ${role}`);
});
afterEach(async () => {
  await rig.destroy();
  await pool.end();
});

/** Rows of somebody who has the node's password for the trail, and not its key. */
async function insert(count: number): Promise<void> {
  let { seq, hash } = await store.head();
  const rows: ChainedEntry[] = [];
  for (let i = 0; i < count; i++) {
    const about = { ...row("put in"), node, seq: ++seq, ts: new Date().toISOString() };
    const made = link(rows.length + seq === 1 ? GENESIS : hash, about);
    hash = made.hash;
    rows.push(made);
  }
  await store.append(rows);
}
async function written(name: string) {
  const writer = await rig.open({ store, node });
  await writer.note(row(name));
  await drained(writer);
  return writer;
}
async function verified(): Promise<string[]> {
  const { findings } = await verifyChain([await trailOf(postgres, node)], { keysOf: () => [rig.key.publicKey] });
  return findings.map((one) => `${one.kind} ${entriesOf(one)}`);
}

describe("the trail in Postgres", () => {
  it("shows a node its own signatures: rows that it forgot are its own, rows without are not", async () => {
    await written("one");
    await rig.stop();
    await insert(2);
    rig.forget();
    const writer = await rig.open({ store, node });
    await until(async () => writer.status.head.seq === 4);
    expect(writer.status.foreign).toMatchObject([{ first: 2, last: 3 }]);
    await rig.stop();
    rig.forget();
    const again = await rig.open({ store, node });
    await until(async () => again.status.head.seq === 5);
    expect(again.status.foreign).toEqual([]);
    expect(await verified()).toEqual(["foreign entries 2 to 3"]);
  });

  it("of a release that shows none: what is behind the remembered end is suspect, nothing else", async () => {
    await postgres.sql(`REVOKE SELECT (signature) ON dsmil_audit.entries FROM ${role}`);
    expect(await store.signed(1)).toBeUndefined();
    const writer = await written("one");
    await insert(1);
    await until(async () => writer.status.head.seq === 3);
    expect(writer.status).toMatchObject({ lost: [], foreign: [{ first: 2, last: 2 }] });
    expect(await verified()).toEqual(["foreign entry 2"]);
  });

  it("refuses a row that somebody else put in first; the node goes on behind it and says so", async () => {
    const writer = await written("one");
    await insert(1);
    await Promise.all(["two", "three"].map((detail) => writer.note(row(detail))));
    await drained(writer);
    expect((await trailOf(postgres, node)).map(({ kind }) => kind)).toEqual([
      ...["dbe.refused", "dbe.refused", "dbe.audit", "dbe.refused", "dbe.refused"],
    ]);
    expect(await verified()).toEqual(["foreign entry 2"]);
  });
});
