import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type pg from "pg";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DecisionFacts } from "../../../images/runtime/policy/decision-log.ts";
import { DecisionPoint } from "../../../images/runtime/policy/decision-point.ts";
import { PostgresDecisionLog } from "../../../images/runtime/policy/postgres-decision-log.ts";
import { readDecisions } from "../../../images/runtime/policy/read-decisions.ts";
import { type DecisionTrust, verifyDecisions } from "../../../images/runtime/policy/verify-decisions.ts";
import { createPostgresPool } from "../../../images/runtime/postgres-pool.ts";
import { makeCertificates } from "../support/certificates.ts";
import { PostgresServer } from "../support/postgres-server.ts";

const SCHEMA = "dsmil_alpha";
const quiet = pino({ level: "silent" });
let dir: string;
let postgres: PostgresServer;
let pool: pg.Pool;
let tests = 0;
let writer = "";

beforeAll(async () => {
  dir = mkdtempSync("/tmp/dsmil-decisions-");
  chmodSync(dir, 0o755);
  postgres = await PostgresServer.start(`${dir}/postgres`, makeCertificates(dir), "password-of-alpha");
  writeFileSync(`${dir}/password`, "password-of-alpha\n", { mode: 0o600 });
}, 120_000);
afterAll(async () => {
  await postgres?.down("SIGQUIT");
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(async () => {
  await postgres.up();
  await tamper("TRUNCATE dsmil_alpha.decisions");
  writer = `l8-soar-${++tests}`;
  const { port, database, ca } = postgres;
  const about = { host: "localhost", port, database, ca, schema: SCHEMA, user: "alpha_app" };
  pool = createPostgresPool({ ...about, passwordFile: `${dir}/password` }, "test", quiet, { statementMs: 3000 });
});
afterEach(() => pool.end());

const open = (name = writer) => new PostgresDecisionLog({ pool, schema: SCHEMA, writer: name, log: quiet });
const facts = (more: Partial<DecisionFacts> = {}): DecisionFacts => ({
  ...{ ts: "2026-11-21T17:05:09.123Z", tenant: "ALPHA", device: 58, decision: "allow_action" },
  ...{ request: '{"tenant":"ALPHA","action":"ALERT_ONLY"}', allow: true, reasons: ["action_listed"] },
  ...{ policyVersion: 3, policyBundle: "ab".repeat(48), about: 'é\u2028"\\ \u0001', micros: 9, ...more },
});
const verified = (trust: DecisionTrust = {}) => verifyDecisions(readDecisions(pool, SCHEMA, trust.from), trust);
const shown = async (trust?: DecisionTrust) =>
  (await verified(trust)).faults.map((fault) => `${fault.writer} ${fault.seq} ${fault.kind}`);
/** What only an administrator can do who takes the triggers off. */
const tamper = (statement: string) =>
  postgres.sql(`BEGIN; ALTER TABLE dsmil_alpha.decisions DISABLE TRIGGER ALL; ${statement};
    ALTER TABLE dsmil_alpha.decisions ENABLE ALWAYS TRIGGER append_only;
    ALTER TABLE dsmil_alpha.decisions ENABLE ALWAYS TRIGGER extend_decisions; COMMIT`);

describe("the log of decisions in Postgres", () => {
  it("numbers decisions in the order of the calls, over restarts, and they verify", async () => {
    const log = open();
    await log.open();
    expect(log.check().ok).toBe(true);
    const places = await Promise.all(Array.from({ length: 450 }, (_, i) => log.append(facts({ micros: i }))));
    expect(places.map(({ seq }) => seq)).toEqual(places.map((_, i) => i + 1));
    const again = open();
    expect(await again.append(facts({ about: null, request: null, allow: false, policyBundle: null }))).toEqual({
      writer,
      seq: 451,
    });
    await open("l9-coa").append(facts());
    const { faults, records, heads } = await verified();
    expect([faults, records]).toEqual([[], 452]);
    expect([...heads].map(([name, { seq }]) => [name, seq])).toEqual([
      [writer, 451],
      ["l9-coa", 1],
    ]);
    const rows = await postgres.sql(
      `select micros::int from dsmil_alpha.decisions where writer = '${writer}' order by seq`,
    );
    expect(rows.map(({ micros }) => micros)).toEqual([...Array.from({ length: 450 }, (_, i) => i), 9]);
  });

  it("refuses a record that is none, and takes its neighbours", async () => {
    const log = open();
    const done = await Promise.allSettled([facts(), facts({ device: 999 }), facts()].map((one) => log.append(one)));
    expect(done.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect((await verified()).heads.get(writer)?.seq).toBe(2);
  });

  it("goes on behind what another process wrote under its name", async () => {
    const [one, two] = [open(), open()];
    await one.append(facts());
    await two.append(facts());
    expect(await one.append(facts())).toEqual({ writer, seq: 3 });
    expect(await shown()).toEqual([]);
  });

  it("takes nothing while Postgres is away: the decision does not count, and is again what it was after", async () => {
    const log = open();
    const policyOf = () => undefined;
    const point = new DecisionPoint({ policyOf, log, device: 58 });
    const ask = () => point.decide({ decision: "allow_action", tenant: "ALPHA", action: "ALERT_ONLY" }, "event-1");
    expect(await ask()).toMatchObject({ reasons: ["no_policy"], record: { writer, seq: 1 } });
    await postgres.down("SIGQUIT");
    const answers = await Promise.all([ask(), ask(), ask()]);
    for (const answer of answers) expect(answer).toMatchObject({ allow: false, reasons: ["not_recorded"] });
    expect(log.check().ok).toBe(false);
    await postgres.up();
    await expect.poll(async () => (await ask()).reasons, { timeout: 15_000 }).toEqual(["no_policy"]);
    expect(log.check().ok).toBe(true);
    expect(await shown()).toEqual([]);
  });

  it("bounds what waits", async () => {
    const log = open();
    const done = await Promise.allSettled(Array.from({ length: 2500 }, () => log.append(facts())));
    const refused = done.filter((one) => one.status === "rejected");
    expect(refused.length).toBeGreaterThan(0);
    expect((await verified()).heads.get(writer)?.seq).toBe(2500 - refused.length);
  });
});

describe("a verification of decisions", () => {
  const rewrite = `hash = sha256(prev_hash || 'other')`;
  const at = (seq: number): string => `WHERE writer = '${writer}' AND seq = ${seq}`;
  beforeEach(async () => {
    const log = open();
    await Promise.all(Array.from({ length: 6 }, () => log.append(facts())));
  });

  it.each<[string, () => string, string]>([
    ["a field is another", () => `UPDATE dsmil_alpha.decisions SET allow = false ${at(3)}`, "3 altered"],
    ["the reasons are others", () => `UPDATE dsmil_alpha.decisions SET reasons = '{x}' ${at(1)}`, "1 altered"],
    ["the hash is another", () => `UPDATE dsmil_alpha.decisions SET ${rewrite} ${at(4)}`, "4 altered"],
    ["an instant is none", () => `UPDATE dsmil_alpha.decisions SET ts = 'infinity' ${at(2)}`, "2 altered"],
    ["a record is gone", () => `DELETE FROM dsmil_alpha.decisions ${at(2)}`, "2 missing"],
    ["the first is gone", () => `DELETE FROM dsmil_alpha.decisions ${at(1)}`, "1 missing"],
  ])("names the first record at fault: %s", async (_name, statement, expected) => {
    expect(await shown()).toEqual([]);
    await tamper(statement());
    expect(await shown()).toEqual([`${writer} ${expected}`]);
  });

  it("sees by what is remembered that the end was taken off, or all of it", async () => {
    const { heads: remembered } = await verified();
    await tamper(`DELETE FROM dsmil_alpha.decisions WHERE seq > 4`);
    expect(await shown()).toEqual([]);
    expect(await shown({ remembered })).toEqual([`${writer} 5 missing`]);
    await tamper("DELETE FROM dsmil_alpha.decisions");
    expect(await shown({ remembered })).toEqual([`${writer} 1 missing`]);
    expect(await shown({ from: remembered })).toEqual([`${writer} 6 missing`]);
  });

  it("goes on from a record that was sound, and sees when that one is another", async () => {
    const { heads: from } = await verified();
    await open().append(facts());
    expect(await verified({ from })).toMatchObject({ faults: [], records: 2 });
    await tamper(`UPDATE dsmil_alpha.decisions SET prev_hash = decode(repeat('00', 32), 'hex') ${at(7)}`);
    expect(await shown({ from })).toEqual([`${writer} 7 altered`]);
    await tamper(`UPDATE dsmil_alpha.decisions SET micros = 10 ${at(6)}`);
    expect(await shown({ from })).toEqual([`${writer} 6 altered`]);
  });
});
