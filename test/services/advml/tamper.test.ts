import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readConfig } from "../../../images/l8-advml/src/config.ts";
import { PostgresDecisionLog } from "../../../images/runtime/policy/postgres-decision-log.ts";
import { createPostgresPool } from "../../../images/runtime/postgres-pool.ts";
import { Fabric, until } from "../support/fabric.ts";
import { mixedLines } from "../support/lines.ts";
import { type Advml, flagged, makeGroup, runAdvml } from "./advml-rig.ts";

const quiet = pino({ level: "silent" });
let fabric: Fabric;
let advml: Advml | undefined;
beforeAll(async () => {
  fabric = await Fabric.start();
}, 120_000);
beforeEach(() => makeGroup(fabric));
afterEach(async () => {
  await advml?.stop();
  advml = undefined;
  await onDecisions("TRUNCATE dsmil_alpha.decisions");
  await fabric.reset();
});
afterAll(() => fabric?.stopAll());

/** Sends lines through all layers; returns the events' ids. */
async function archive(count: number): Promise<readonly string[]> {
  for (const name of ["l3", "l4", "l8"] as const) await fabric.run(name);
  const ids = await fabric.send(mixedLines(count));
  await until(async () => (await fabric.admin.xlen("ALPHA_SOC_EVENTS")) === count, 30_000);
  return ids;
}

/** What only an administrator can do who takes the triggers off. */
const onDecisions = (statement: string) =>
  fabric.postgres.sql(`BEGIN; ALTER TABLE dsmil_alpha.decisions DISABLE TRIGGER ALL; ${statement};
    ALTER TABLE dsmil_alpha.decisions ENABLE ALWAYS TRIGGER append_only;
    ALTER TABLE dsmil_alpha.decisions ENABLE ALWAYS TRIGGER extend_decisions; COMMIT`);

const found = async () =>
  (await flagged(fabric))
    .filter(({ l8_enrichment }) => l8_enrichment?.advml_flags?.includes("POSSIBLE_LOG_TAMPER"))
    .map(({ payload }) => String(payload.detail));

/** Waits until both logs were gone through again, from their first to their last entry. */
async function rounds(): Promise<void> {
  const checked = async () =>
    Number(/^\d+/.exec(String(advml?.service.health.report().checks.log_check))?.[0] ?? "NaN");
  const before = await checked();
  await until(async () => (await checked()) >= before + 6);
}

describe("the check of the archive", () => {
  it("finds nothing in what nobody touched, and names a row whose verdict was changed or taken, once", async () => {
    const ids = await archive(300);
    advml = await runAdvml(fabric);
    await rounds();
    const benign = await found();
    expect(benign).toEqual([]);
    const [hidden = "", weakened = "", gone = "", other = ""] = ids;
    await fabric.postgres.sql(
      `update dsmil_alpha.events set l3 = jsonb_set(l3, '{score}', '0.011') where event_id = '${hidden}'`,
    );
    await fabric.postgres.sql(`update dsmil_alpha.events set l4 = '{"class":"BENIGN","confidence":0.999,"evidence":[],"alternatives":[]}'
      where event_id = '${weakened}'`);
    await fabric.postgres.sql(`delete from dsmil_alpha.events where event_id = '${gone}'`);
    // What layers have no part in may change: the same row in another order of keys is the same.
    await fabric.postgres.sql(`update dsmil_alpha.events set severity = 'LOW' where event_id = '${other}'`);
    await until(async () => (await found()).length === 3);
    await rounds();
    const details = (await found()).sort();
    expect(details).toHaveLength(3);
    expect(details.join("\n")).toContain(`events/${hidden} the archive has another l3 than SOC_EVENTS: `);
    expect(details.join("\n")).toContain(`events/${weakened} the archive has another l4 than SOC_EVENTS: `);
    expect(details.join("\n")).toContain(`events/${gone} is on SOC_EVENTS and not in the archive`);
    await advml.stop();
    advml = await runAdvml(fabric);
    await rounds();
    expect((await found()).sort()).toEqual(details);
    expect(await fabric.count("events", "raw->'advml_flags' ? 'POSSIBLE_LOG_TAMPER'")).toBe(3);
  }, 120_000);

  it("waits for entries that need not be archived yet", async () => {
    advml = await runAdvml(fabric, { ARCHIVED_WITHIN_SECONDS: "3600" });
    const entry = { event_id: "00000000-0000-4000-8000-000000000001", tenant_id: "ALPHA", ts: "2026-11-21T20:00:00Z" };
    const rest = { source_device: 52, source_layer: 8, category: "AUTH", severity: "LOW", payload: {} };
    await fabric.admin.xadd("ALPHA_SOC_EVENTS", "*", "event", JSON.stringify({ ...entry, ...rest }));
    await rounds();
    expect(await found()).toEqual([]);
    await advml.stop();
    advml = await runAdvml(fabric);
    await until(async () => (await found()).length === 1);
  });
});

describe("the check of decisions", () => {
  it("names the first record of each writer that is not what it was, once", async () => {
    const { postgres } = readConfig(fabric.variables);
    const pool = createPostgresPool(postgres, "test-writer", quiet);
    for (const [writer, count] of [
      ["l8-soar-alpha", 2100],
      ["l9-coa-alpha", 3],
      ["l9-nc3-alpha", 4],
    ] as const) {
      const log = new PostgresDecisionLog({ pool, schema: "dsmil_alpha", writer, log: quiet });
      const facts = {
        ...{ ts: "2026-11-21T17:05:09.123Z", tenant: "ALPHA", device: 58, decision: "allow_action" as const },
        ...{ request: "{}", allow: false, reasons: ["action_unlisted"], policyVersion: 1, policyBundle: null },
        ...{ about: null, micros: 1 },
      };
      for (let written = 0; written < count; written += 150) {
        await Promise.all(Array.from({ length: Math.min(150, count - written) }, () => log.append(facts)));
      }
    }
    await pool.end();
    advml = await runAdvml(fabric);
    await rounds();
    expect(await found()).toEqual([]);
    await onDecisions("UPDATE dsmil_alpha.decisions SET allow = true WHERE writer = 'l8-soar-alpha' AND seq = 2050");
    await onDecisions("DELETE FROM dsmil_alpha.decisions WHERE writer = 'l9-coa-alpha'");
    await onDecisions("DELETE FROM dsmil_alpha.decisions WHERE writer = 'l9-nc3-alpha' AND seq = 4");
    await until(async () => (await found()).length === 3);
    await rounds();
    expect((await found()).sort()).toEqual([
      "decisions/l8-soar-alpha/2050 is not what its hash was made of",
      "decisions/l9-coa-alpha/1 is not there, the chain ends before it; it went to 3 once",
      "decisions/l9-nc3-alpha/4 is not there, the chain ends before it; it went to 4 once",
    ]);
  }, 120_000);
});
