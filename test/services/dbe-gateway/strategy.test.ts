import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import type { DbeError } from "../../../images/runtime/dbe/codec/error.ts";
import { roeTokenOf } from "../../../images/runtime/dbe/roe-token.ts";
import type { StrategyAnswer } from "../../../images/runtime/soc/strategy.ts";
import { BUILD_MS } from "../policy/rig.ts";
import { until } from "../support/fabric.ts";
import { L9Rig, life } from "./support/l9-rig.ts";
import type { Tenant } from "./support/soc-rig.ts";

const HOUR = 3_600_000;

let rig: L9Rig;
beforeAll(async () => {
  rig = await L9Rig.start();
}, BUILD_MS);
afterAll(() => rig?.close(), 60_000);
beforeEach(() => rig.soc.fabric.postgres.sql("truncate dsmil_alpha.events"));

const strategy = (tenant: Tenant, payload: object) => rig.post<StrategyAnswer>(tenant, "/v1/soc/strategy", payload);
const sql = (text: string) => rig.soc.fabric.postgres.sql(text);

/** Archives events of alpha. @param hours ago */
async function archive(many: number, hours: number, verdict: { class: string; severity: string; ip?: string }) {
  const { class: name, severity, ip = "203.0.113.7" } = verdict;
  const ids = Array.from({ length: many }, () => randomUUID());
  const ts = new Date(Date.now() - hours * HOUR).toISOString();
  const l4 = JSON.stringify({ class: name, confidence: 0.8 });
  await sql(`insert into dsmil_alpha.events (event_id, ts, received_at, source, category, severity, l4, raw)
    select id, '${ts}', '${ts}', 's', 'AUTH', '${severity}', '${l4}', '{"fields":{"src_ip":"${ip}"}}'
    from unnest(array['${ids.join("','")}']::uuid[]) as id`);
  return ids;
}

async function publish(stream: string, said: object): Promise<void> {
  await rig.soc.fabric.admin.xadd(`ALPHA_${stream}`, "*", "event", JSON.stringify({ tenant_id: "ALPHA", ...said }));
}

describe("a strategy over the bus", () => {
  it("says where the tenant stands, by numbers from its archive, with evidence and the policy's word", async () => {
    const recon = await archive(30, 2, { class: "RECON", severity: "MEDIUM" });
    const c2 = await archive(3, 1, { class: "MALWARE_C2", severity: "CRITICAL", ip: "198.51.100.9" });
    await archive(20, 5, { class: "BENIGN", severity: "INFO" });
    await archive(10, 30, { class: "RECON", severity: "MEDIUM" });
    const { status, answer } = await strategy("alpha", { horizon: "24h" });
    expect(status).toBe(200);
    expect(answer).toMatchObject({
      ...{ tenant_id: "ALPHA", result: "strategy", horizon: "24h", objective: "balanced", policy: { version: 1 } },
      period: { events: 53, whole: true },
    });
    expect(answer.trends).toEqual([
      { signal: "events", now: 53, before: 10, growth: 0.68, direction: "RISING" },
      { signal: "threats", now: 33, before: 10, growth: 0.53, direction: "RISING" },
      { signal: "grave", now: 3, before: 0, growth: null, direction: "UNCLEAR" },
      { signal: "MALWARE_C2", now: 3, before: 0, growth: null, direction: "UNCLEAR" },
      { signal: "RECON", now: 30, before: 10, growth: 0.5, direction: "RISING" },
    ]);
    expect(answer.concerns).toMatchObject([
      { rank: 1, kind: "class", name: "MALWARE_C2", count: 3, subject: { type: "ip", value: "198.51.100.9" } },
      { rank: 2, kind: "class", name: "RECON", count: 30, before: 10, subject: { type: "ip", value: "203.0.113.7" } },
    ]);
    expect([...(answer.concerns[0]?.evidence ?? [])].sort()).toEqual([...c2].sort());
    expect(answer.concerns[1]?.evidence).toHaveLength(10);
    expect(recon).toEqual(expect.arrayContaining([...(answer.concerns[1]?.evidence ?? [])]));
    const words = answer.priorities.map(({ id, permitted, reasons }) => [id, permitted, ...reasons]);
    expect(words).toContainEqual(["isolate_hosts", true]);
    expect(words).toContainEqual(["block_sources", false, "action_not_listed"]);
    expect(answer.posture?.inputs.find(({ name }) => name === "threat_share")).toMatchObject({ value: 0.623 });
    expect(answer.posture?.inputs.find(({ name }) => name === "risk")).toEqual({
      name: "risk",
      value: null,
      weight: 0,
    });
  });

  it("is the same each time, and every decision is recorded under the message's id", async () => {
    await archive(25, 2, { class: "BRUTE_FORCE", severity: "HIGH" });
    // A new minute may begin between two questions.
    await expect
      .poll(async () => {
        const [one, two] = [await strategy("alpha", { horizon: "7d" }), await strategy("alpha", { horizon: "7d" })];
        return JSON.stringify(one.answer) === JSON.stringify(two.answer) && one.answer.result === "strategy";
      })
      .toBe(true);
    const rows = await sql(`select writer, device, about, decision from dsmil_alpha.decisions
      where device = 60 order by seq`);
    expect(new Set(rows.map(({ writer }) => writer))).toEqual(new Set(["l9-strategy-alpha"]));
    expect(rows.filter(({ decision }) => decision === "allow_compartment").length).toBeGreaterThanOrEqual(2);
    for (const { about } of rows) expect(about).toMatch(/^[0-9a-f]{32}$/);
  });

  it("counts what Layers 5 and 6 expect, and cites an entity only with events of it", async () => {
    await archive(25, 1, { class: "RECON", severity: "MEDIUM" });
    const steps = Array.from({ length: 12 }, () => ({ from: new Date().toISOString(), expected: 2, low: 1, high: 3 }));
    await publish("L5_OUT", { forecasts: [{ signal: "threats", steps }] });
    const entity = (name: string) => ({ entity: name, probability: 0.9, level: "HIGH" });
    const entities = [entity("ip:203.0.113.7"), entity("ip:192.0.2.99")];
    await publish("L6_OUT", { risk: { probability: 0.99, level: "HIGH", entities } });
    const { answer } = await strategy("alpha", { horizon: "24h", objective: "contain" });
    const inputs = Object.fromEntries(answer.posture?.inputs.map(({ name, ...rest }) => [name, rest]) ?? []);
    expect(inputs).toMatchObject({ risk: { value: 0.99, weight: 0.495 }, forecast: { value: 24, weight: 0.2 } });
    expect(answer.posture?.level).toBe("ELEVATED");
    expect(answer.concerns.map(({ kind, name }) => [kind, name])).toEqual([
      ["entity", "ip:203.0.113.7"],
      ["class", "RECON"],
    ]);
    expect(answer.priorities).toContainEqual(
      expect.objectContaining({ id: "watch_entity", permitted: false, reasons: ["action_not_listed"] }),
    );
  });

  it("needs evidence, and never is about another tenant", async () => {
    const empty = { result: "insufficient_evidence", posture: null, concerns: [], priorities: [] };
    expect((await strategy("alpha", { horizon: "24h" })).answer).toMatchObject({
      ...empty,
      reasons: ["nothing_found"],
    });
    await archive(19, 1, { class: "RECON", severity: "MEDIUM" });
    const { answer } = await strategy("alpha", { horizon: "24h" });
    expect(answer).toMatchObject({ ...empty, reasons: ["too_few_events"], period: { events: 19 } });
    await archive(30, 1, { class: "EXPLOIT", severity: "CRITICAL" });
    const bravo = (await strategy("bravo", { horizon: "24h" })).answer;
    expect(bravo).toMatchObject({ tenant_id: "BRAVO", result: "insufficient_evidence" });
    expect(JSON.stringify(bravo)).not.toContain("EXPLOIT");
  });

  it.each([
    ["no horizon", {}, 400],
    ["another horizon", { horizon: "30d" }, 400],
    ["another objective", { horizon: "24h", objective: "win" }, 400],
    ["another field", { horizon: "24h", limit: 5 }, 400],
    ["too much", { horizon: "x".repeat(2000) }, 413],
  ])("refuses %s", async (_, body, status) => {
    expect((await strategy("alpha", body)).status).toBe(status);
  });

  it("needs the device's ROE token, and answers with the asker's", async () => {
    const payload = Buffer.from(JSON.stringify({ horizon: "24h" }));
    const ask = (device: number) =>
      rig.soc.fleet
        .client("node-a", "dsmil-l8-analytics-alpha")
        .request({
          ...{ type: TYPES.L9_COA_REQ, tenant: "ALPHA", destination: 60, payload, deadlineMs: 5000 },
          tlvs: { roeTokenId: roeTokenOf(device) },
        })
        .catch((error: DbeError) => error.reason);
    expect(await ask(59)).toBe("INVALID_ROE_TOKEN");
    expect(await ask(60)).toMatchObject({ type: TYPES.L9_COA_RESP, tlvs: { roeTokenId: roeTokenOf(52) } });
  });

  it("says so where there were more events than it counts (the time is printed)", async () => {
    await sql(`insert into dsmil_alpha.events (event_id, ts, received_at, source, category, severity, l4, raw)
      select gen_random_uuid(), now() - make_interval(secs => i * 0.5), now(), 's', 'AUTH', 'MEDIUM',
        '{"class":"RECON","confidence":0.7}', '{"fields":{"src_ip":"203.0.113.7"}}' from generate_series(1, 60000) as i`);
    const begun = performance.now();
    const { answer } = await strategy("alpha", { horizon: "24h" });
    expect(answer).toMatchObject({ result: "strategy", period: { events: 50_001, whole: false } });
    expect(new Set(answer.trends.map(({ direction }) => direction))).toEqual(new Set(["UNCLEAR"]));
    console.info(`strategy over ${answer.period?.events} events: ${Math.round(performance.now() - begun)} ms`);
  });

  it("is refused to a stopped tenant, and without a policy", async () => {
    await archive(25, 1, { class: "RECON", severity: "MEDIUM" });
    const first = rig.soc.fleet.officers.slice(0, 1);
    const body = { order: "stop", ...life(), reason: "drill" };
    const stop = await rig.order(body, first);
    expect((await rig.straight(stop)).name).toBe("L9_STOP_RESP");
    const { answer } = await strategy("alpha", { horizon: "24h" });
    expect(answer).toMatchObject({ result: "refused", reasons: ["emergency_stop"], posture: null, priorities: [] });
    rmSync(`${rig.policies.tenants}/bravo/bundle.json`);
    await until(async () => typeof rig.strategy.bravo.service.health.report().checks.policy === "string");
    const without = await strategy("bravo", { horizon: "24h" });
    expect(without.answer).toMatchObject({ result: "refused", reasons: ["no_policy"], policy: null });
  });
});
