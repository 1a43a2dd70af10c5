import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { decodeEvent } from "../../../images/runtime/event-codec.ts";
import { Fabric, until } from "../support/fabric.ts";
import { type Advml, flagged, makeGroup, runAdvml } from "./advml-rig.ts";

let fabric: Fabric;
let advml: Advml | undefined;
beforeAll(async () => {
  fabric = await Fabric.start();
}, 120_000);
beforeEach(() => makeGroup(fabric));
afterEach(async () => {
  await fabric.postgres.up();
  await advml?.stop();
  advml = undefined;
  await fabric.reset();
});
afterAll(() => fabric?.stopAll());

/** The checks of the archive would speak of events that a test puts on the stream alone. */
const PATIENT = { ARCHIVED_WITHIN_SECONDS: "3600" };

/** An event as device 52 publishes it. */
const event = (l3: number, name: string, confidence: number, id = randomUUID() as string) => ({
  ...{ event_id: id, tenant_id: "ALPHA", ts: "2026-11-21T20:00:00.000Z", source_device: 52, source_layer: 8 },
  ...{ category: "AUTH", severity: "MEDIUM", payload: { source: "test.log" } },
  l3: { score: l3, decision: "ALERT", rules: [] },
  l4: { class: name, confidence, evidence: [], alternatives: [] },
});
const put = (entry: object) => fabric.admin.xadd("ALPHA_SOC_EVENTS", "*", "event", JSON.stringify(entry));
const finished = () => until(async () => (await fabric.unfinished("SOC_EVENTS", "l8-advml")) === 0);

describe("device 51 on SOC_EVENTS", () => {
  it("flags the drill's crafted event with LAYER_DISCREPANCY, on the stream and in the archive", async () => {
    advml = await runAdvml(fabric, PATIENT);
    const id = randomUUID();
    await put({ event_id: id, tenant_id: "ALPHA", l3: { score: 0.95 }, l4: { confidence: 0.15 } });
    await until(async () => (await flagged(fabric)).length === 1);
    await finished();
    const [found] = await flagged(fabric);
    expect(found).toMatchObject({
      ...{ tenant_id: "ALPHA", source_device: 51, source_layer: 8, category: "ADVML", severity: "HIGH" },
      l8_enrichment: { advml_flags: ["LAYER_DISCREPANCY"], about: id, l3_score: 0.95, l4_threat: 0.15 },
    });
    expect(decodeEvent(JSON.stringify(found), "ALPHA").ok).toBe(true);
    const [row] = await fabric.postgres.sql(
      `select event_id, category, severity, source, raw from dsmil_alpha.events where raw->'advml_flags' ? 'LAYER_DISCREPANCY'`,
    );
    expect(row).toMatchObject({ event_id: found?.event_id, category: "ADVML", severity: "HIGH", source: "l8-advml" });
    expect(row?.raw).toMatchObject({ about: id, l3_score: 0.95 });
    expect(advml.audited).toMatchObject([{ flag: "LAYER_DISCREPANCY", about: id }]);
    const counted = 'dsmil_advml_flags_total{tenant_id="ALPHA",device_id="51",flag="LAYER_DISCREPANCY"}';
    expect(await advml.metric(counted)).toBe(1);
  });

  it("says it once of an event, however often it is delivered, and never of its own entries", async () => {
    advml = await runAdvml(fabric, PATIENT);
    const [first, second] = [event(0.9, "RECON", 0.3), event(0.1, "EXPLOIT", 0.97)];
    for (const one of [first, first, second, first]) await put(one);
    await put(event(0.95, "BENIGN", 0.05));
    await put(event(0.2, "BENIGN", 0.95));
    await finished();
    await advml.stop();
    await put(second);
    advml = await runAdvml(fabric, PATIENT);
    await finished();
    expect((await flagged(fabric)).map(({ l8_enrichment }) => l8_enrichment?.about)).toEqual([
      first.event_id,
      second.event_id,
    ]);
    expect(await fabric.count("events", "category = 'ADVML'")).toBe(2);
  });

  it("loses nothing while the archive is away", async () => {
    advml = await runAdvml(fabric, PATIENT);
    await fabric.postgres.down("SIGQUIT");
    const one = event(0.9, "POLICY", 0.3);
    await put(one);
    await until(async () => (await fabric.unfinished("SOC_EVENTS", "l8-advml")) === 1);
    await advml.stop();
    advml = await runAdvml(fabric, PATIENT);
    await fabric.postgres.up();
    await until(async () => (await flagged(fabric)).length === 1);
    await finished();
    expect(await fabric.count("events", "category = 'ADVML'")).toBe(1);
  });

  it("keeps what is no event aside", async () => {
    advml = await runAdvml(fabric, PATIENT);
    await fabric.admin.xadd("ALPHA_SOC_EVENTS", "*", "event", '{"event_id":1}');
    await put({ ...event(0.9, "POLICY", 0.1), tenant_id: "BRAVO" });
    await put({ ...event(0.5, "POLICY", 0.5), unknown: 1 });
    await until(async () => (await fabric.admin.xlen("ALPHA_REJECTS")) === 3);
    await finished();
    expect(await flagged(fabric)).toEqual([]);
  });
});
