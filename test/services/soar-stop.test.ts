import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BUILD_MS, dataOf, PolicyRig, rules } from "./policy/rig.ts";
import { Fabric, until } from "./support/fabric.ts";
import { runSoar } from "./support/soar.ts";

const STREAM = "ALPHA_SOC_EVENTS";
const GROUP = "l8-soar";
let fabric: Fabric;
let rig: PolicyRig;

beforeAll(async () => {
  rig = new PolicyRig(await rules());
  fabric = await Fabric.start();
}, BUILD_MS);
afterAll(async () => {
  await fabric?.stopAll();
  rig?.remove();
});

/** One event that three actions fit, each time with other targets. */
async function send(n: number): Promise<string> {
  const event = {
    ...{ event_id: randomUUID(), tenant_id: "ALPHA", ts: "2026-11-21T17:05:09Z", source_device: 52, source_layer: 8 },
    ...{ category: "IDS", severity: "CRITICAL" },
    payload: { fields: { src_ip: `10.0.0.${n}`, dest_ip: "203.0.113.7", domain: `evil-${n}.example` } },
    l3: { score: 0.8, decision: "ALERT", rules: ["ids_malware"] },
    l4: { class: "MALWARE_C2", confidence: 0.97, evidence: ["sig_c2"], alternatives: [] },
  };
  await fabric.admin.xadd(STREAM, "*", "event", JSON.stringify(event));
  return event.event_id;
}
const about = async (event: string): Promise<number> =>
  (await fabric.postgres.sql(`select 1 from dsmil_alpha.proposals where event_id = '${event}'`)).length;
const done = () => until(async () => (await fabric.unfinished("SOC_EVENTS", GROUP)) === 0);

it("nothing is proposed in an emergency stop; while its state cannot be read, events wait", async () => {
  await fabric.admin.xgroup("CREATE", STREAM, GROUP, "0", "MKSTREAM");
  rig.lay("alpha", 1, dataOf("ALPHA"));
  const soar = await runSoar(fabric, rig);
  const before = await send(1);
  await done();
  expect(await about(before)).toBe(2);

  await fabric.postgres.sql("revoke select on dsmil_alpha.audit_log from alpha_app");
  const unreadable = await send(2);
  await until(async () => soar.service.health.report().checks.emergency_stop === "emergency_state_unreadable");
  expect([await about(unreadable), await fabric.unfinished("SOC_EVENTS", GROUP)]).toEqual([0, 1]);
  await fabric.postgres.sql("grant select on dsmil_alpha.audit_log to alpha_app");
  await done();
  expect(await about(unreadable)).toBe(2);

  // The stop comes while the policy is asked.
  await fabric.postgres.sql(`create function public.stop_now() returns trigger language plpgsql as $$ begin
    insert into dsmil_alpha.audit_log (actor, action, outcome, detail)
      values ('l9-nc3-alpha', 'emergency.stop', 'granted', '{"nonce":"${"0".repeat(32)}"}'); return null; end $$`);
  await fabric.postgres.sql(`create trigger stop_now after insert on dsmil_alpha.decisions
    for each statement execute function public.stop_now()`);
  const overtaken = await send(4);
  await done();
  expect(await about(overtaken)).toBe(0);
  await fabric.postgres.sql("drop function public.stop_now() cascade");

  const frozen = await send(3);
  await done();
  expect(await about(frozen)).toBe(0);
  expect(soar.service.health.report()).toMatchObject({
    status: "degraded",
    checks: { emergency_stop: "emergency_stop" },
  });
  await soar.stop();
});
