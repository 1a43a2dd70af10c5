import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Nc3Status } from "../../../images/l9-nc3/src/status.ts";
import { TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import type { CoaAnswer } from "../../../images/runtime/soc/coa.ts";
import type { StopAnswer } from "../../../images/runtime/stop/stop-answer.ts";
import { BUILD_MS } from "../policy/rig.ts";
import { until } from "../support/fabric.ts";
import { trailOf } from "./support/audit-database.ts";
import { newKey, type TestKey } from "./support/keys.ts";
import { L9Rig, life } from "./support/l9-rig.ts";

let rig: L9Rig;
let one: TestKey;
let two: TestKey;
beforeAll(async () => {
  rig = await L9Rig.start();
  [one, two] = rig.soc.fleet.officers;
}, BUILD_MS);
afterAll(() => rig?.close(), 60_000);

const answerTo = async (body: object, ...signers: readonly TestKey[]) =>
  JSON.parse((await rig.straight(await rig.order(body, signers))).payload) as StopAnswer;
const refusalOf = async (body: object, ...signers: readonly TestKey[]): Promise<string> =>
  (await rig.straight(await rig.order(body, signers))).name;
const stop = (...signers: readonly TestKey[]) => answerTo({ order: "stop", reason: "drill", ...life() }, ...signers);
const state = () => answerTo({ order: "state" });
const released = async (releases: string) => answerTo({ order: "release", releases, ...life() }, one, two);
const proposed = async (tenant: "alpha" | "bravo" = "alpha"): Promise<CoaAnswer> =>
  (await rig.ask(tenant, { event_id: rig.soc.events[tenant][0] })).answer;
const sql = (text: string) => rig.soc.fabric.postgres.sql(text);

describe("an emergency stop", () => {
  it("freezes a tenant's proposals by one officer, over the bus, until two release it", async () => {
    expect(await state()).toMatchObject({ tenant_id: "ALPHA", stopped: false, stop: null, audit_id: null });
    expect((await proposed()).result).toBe("options");
    const ordered = await rig.send(await rig.order({ order: "stop", reason: "drill", ...life() }, [two]));
    expect(ordered).toMatchObject({ name: "L9_STOP_RESP", source: 61 });
    const { stopped, stop: nonce, audit_id } = JSON.parse(String(ordered.payload)) as StopAnswer;
    expect([stopped, audit_id]).toEqual([true, expect.stringMatching(/^\d+$/)]);
    expect(await proposed()).toMatchObject({
      result: "refused",
      reasons: ["emergency_stop"],
      options: [],
      policy: null,
    });
    expect((await proposed("bravo")).result).toBe("options");
    expect(rig.coa.alpha.service.health.report().checks.emergency_stop).toBe("emergency_stop");
    const status = JSON.parse(String((await rig.send(await rig.query())).payload)) as Nc3Status;
    expect(status.emergency_stop).toEqual({ stopped: true, since: expect.stringMatching(/Z$/) });
    expect(await released(nonce ?? "")).toMatchObject({ stopped: false, stop: null });
    expect((await proposed()).result).toBe("options");
    const rows = await sql(
      `select action, outcome from dsmil_alpha.audit_log where action like 'emergency.%' order by id`,
    );
    expect(rows.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      "emergency.stop granted",
      "emergency.release granted",
    ]);
    const trail = await trailOf(rig.soc.fabric.postgres, "node-a");
    expect(trail.filter(({ kind, type }) => kind === "dbe.protected" && type === TYPES.L9_STOP_REQ)).toHaveLength(1);
  });

  it("is refused without an officer's word, and so is a release without two", async () => {
    const order = () => ({ order: "stop", reason: "", ...life() });
    expect(await refusalOf(order())).toBe("MISSING_TWO_PERSON_SIGNATURES");
    expect(await refusalOf(order(), newKey())).toBe("INVALID_TWO_PERSON_SIGNATURES");
    const late = { expires_at: new Date(Date.now() - 1000).toISOString() };
    expect(await refusalOf({ ...order(), ...late }, one)).toBe("STALE_TIMESTAMP");
    expect(await refusalOf({ ...order(), reason: "x".repeat(201) }, one)).toBe("MALFORMED");
    expect(await refusalOf({ order: "state", nonce: life().nonce })).toBe("MALFORMED");
    expect((await state()).stopped).toBe(false);

    const { stop: releases } = await stop(one);
    const release = () => ({ order: "release", releases, ...life() });
    expect(await refusalOf(release())).toBe("MISSING_TWO_PERSON_SIGNATURES");
    expect(await refusalOf(release(), one)).toBe("MISSING_TWO_PERSON_SIGNATURES");
    expect(await refusalOf(release(), one, one)).toBe("INVALID_TWO_PERSON_SIGNATURES");
    expect(await refusalOf(release(), one, newKey())).toBe("INVALID_TWO_PERSON_SIGNATURES");
    expect(await refusalOf({ ...release(), releases: "0".repeat(32) }, one, two)).toBe("MALFORMED");
    expect(await refusalOf({ ...release(), reason: "over" }, one, two)).toBe("MALFORMED");
    expect((await state()).stopped).toBe(true);
    expect((await released(releases ?? "")).stopped).toBe(false);
  });

  it("cannot be ended by an old release, nor by rows that a service made up", async () => {
    const first = await stop(one);
    await released(first.stop ?? "");
    const second = await stop(two);
    expect(second.stopped).toBe(true);
    const copied = `insert into dsmil_alpha.audit_log (actor, action, outcome, detail)
      select actor, action, outcome, detail || jsonb_build_object('releases', '${second.stop}')
      from dsmil_alpha.audit_log where action = 'emergency.release'`;
    await sql(copied);
    const made = JSON.stringify({ nonce: "1".repeat(32), releases: second.stop, payload: "{}", signatures: ["", ""] });
    await sql(`insert into dsmil_alpha.audit_log (actor, action, outcome, detail)
      values ('l3-router', 'emergency.release', 'granted', '${made}')`);
    expect((await state()).stopped).toBe(true);
    expect((await proposed()).reasons).toEqual(["emergency_stop"]);
    expect((await released(second.stop ?? "")).stopped).toBe(false);
  });

  it("is not hidden by an old stop that a service writes again, with its release", async () => {
    const first = await stop(one);
    await released(first.stop ?? "");
    const second = await stop(two);
    for (const action of ["stop", "release"]) {
      await sql(`insert into dsmil_alpha.audit_log (actor, action, outcome, detail)
        select 'l3-router', action, outcome, detail from dsmil_alpha.audit_log
        where action = 'emergency.${action}' and detail->>'${action === "stop" ? "nonce" : "releases"}' = '${first.stop}'`);
      expect(await state()).toMatchObject({ stopped: true, stop: second.stop });
    }
    expect((await proposed()).reasons).toEqual(["emergency_stop"]);
    expect((await released(second.stop ?? "")).stopped).toBe(false);
  });

  it("that comes while the policy is asked lets no option out", async () => {
    const nonce = life().nonce;
    await sql(`create function public.stop_now() returns trigger language plpgsql as $$ begin
      insert into dsmil_alpha.audit_log (actor, action, outcome, detail)
        values ('l9-nc3-alpha', 'emergency.stop', 'granted', '{"nonce":"${nonce}"}'); return null; end $$`);
    await sql(`create trigger stop_now after insert on dsmil_alpha.decisions
      for each statement execute function public.stop_now()`);
    expect(await proposed()).toMatchObject({ result: "refused", reasons: ["emergency_stop"], options: [] });
    await sql("drop function public.stop_now() cascade");
    expect((await released(nonce)).stopped).toBe(false);
  });

  it("comes back when an officer who released it is one no longer", async () => {
    const { stop: nonce } = await stop(one);
    await released(nonce ?? "");
    rig.putOfficers("alpha", [one]);
    await until(async () => (await proposed()).reasons[0] === "emergency_stop");
    rig.putOfficers("alpha");
    await until(async () => (await proposed()).result === "options");
  });

  it("holds while its state cannot be read", async () => {
    await sql("revoke select on dsmil_alpha.audit_log from alpha_app");
    expect(await proposed()).toMatchObject({ result: "refused", reasons: ["emergency_state_unreadable"] });
    expect(await refusalOf({ order: "state" })).toBe("AUDIT_UNAVAILABLE");
    await sql("grant select on dsmil_alpha.audit_log to alpha_app");
    expect((await proposed()).result).toBe("options");
  });
});
