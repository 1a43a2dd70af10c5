import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { decodeEvent } from "../../../images/runtime/event-codec.ts";
import { Fabric, until } from "../support/fabric.ts";
import { csv, found, layFeeds, makeGroup, runSignals, type Signals } from "./signals-rig.ts";

let fabric: Fabric;
let signals: Signals | undefined;
beforeAll(async () => {
  fabric = await Fabric.start();
}, 120_000);
beforeEach(() => makeGroup(fabric));
afterEach(async () => {
  await fabric.postgres.up();
  await signals?.stop();
  signals = undefined;
  await fabric.reset();
});
afterAll(() => fabric?.stopAll());

/** An event as device 52 publishes it. */
const event = (fields: object, id = randomUUID() as string, category = "NETWORK") => ({
  ...{ event_id: id, tenant_id: "ALPHA", ts: new Date().toISOString(), source_device: 52, source_layer: 8 },
  ...{ category, severity: "INFO", payload: { source: "test.log", fields } },
});
const put = (entry: object) => fabric.admin.xadd("ALPHA_SOC_EVENTS", "*", "event", JSON.stringify(entry));
const finished = () => until(async () => (await fabric.unfinished("SOC_EVENTS", "l8-signals")) === 0);
const feedsNow = async () =>
  JSON.parse((await signals?.get("/v1/feeds"))?.text ?? "{}") as {
    indicators: number;
    feeds: { id: string; problem: string | null }[];
  };
const held = (indicators: number) => until(async () => (await feedsNow()).indicators === indicators);

describe("device 54 on SOC_EVENTS", () => {
  it("tells each indicator of each feed that an event has, once, on the stream and in the archive, and shows its feeds", async () => {
    layFeeds(fabric, {
      cert: { kind: "csv", text: csv("ip,203.0.113.9,90,,", "domain,old.example,90,2020-01-01,", "mutex,x,,,") },
      sector: {
        kind: "stix",
        text: JSON.stringify({ type: "bundle", objects: [stix("[domain-name:value = 'c2.example']")] }),
      },
    });
    signals = await runSignals(fabric);
    await held(3);
    const one = event({ src_ip: "10.0.0.5", dest_ip: "203.0.113.9", domain: "c2.example" });
    for (const entry of [one, one, event({ domain: "old.example" }), event({ dest_ip: "203.0.113.10" }), one])
      await put(entry);
    await until(async () => (await found(fabric)).length === 2);
    await finished();
    const told = await found(fabric);
    expect(
      told.map(({ category, severity, source_device, l8_enrichment }) => [
        category,
        severity,
        source_device,
        l8_enrichment?.about,
      ]),
    ).toEqual([
      ["INTEL", "CRITICAL", 54, one.event_id],
      ["INTEL", "MEDIUM", 54, one.event_id],
    ]);
    for (const each of told) expect(decodeEvent(JSON.stringify(each), "ALPHA").ok).toBe(true);
    const rows = await fabric.postgres.sql(
      `select event_id, source, raw->'facts'->>'feed' as feed, raw->'fields'->>'dest_ip' as ip from dsmil_alpha.events
       where raw->'signal_flags' ? 'INTEL_MATCH' order by raw->'facts'->>'feed'`,
    );
    expect(rows).toEqual([
      { event_id: told[0]?.event_id, source: "l8-signals", feed: "cert", ip: "203.0.113.9" },
      { event_id: told[1]?.event_id, source: "l8-signals", feed: "sector", ip: "203.0.113.9" },
    ]);
    expect(await feedsNow()).toMatchObject({
      tenant_id: "ALPHA",
      list: "read",
      feeds: [
        { id: "cert", kind: "csv", indicators: 2, skipped: { "unknown type mutex": 1 }, problem: null },
        { id: "sector", kind: "stix", indicators: 1, skipped: {}, problem: null },
      ],
    });
    const metrics = (await signals.get("/metrics")).text;
    expect(metrics).toContain('dsmil_intel_indicators{tenant_id="ALPHA",device_id="54",feed="cert"} 2');
    expect(metrics).toContain('dsmil_signals_findings_total{tenant_id="ALPHA",device_id="54",kind="INTEL_MATCH"} 2');
    // What a log says of a finding is no text of anybody's.
    expect(signals.lines.join("")).not.toContain("c2.example");
  });

  it("says it once over restarts, and nothing about what services of Layer 8 found", async () => {
    layFeeds(fabric, { cert: { kind: "csv", text: csv("ip,203.0.113.9,90,,") } });
    signals = await runSignals(fabric);
    await held(1);
    const one = event({ dest_ip: "203.0.113.9" });
    await put(one);
    await until(async () => (await found(fabric)).length === 1);
    await finished();
    await signals.stop();
    await put(one);
    const [own] = await found(fabric);
    await put({ ...own, event_id: randomUUID() });
    const advml = { advml_flags: ["LAYER_DISCREPANCY"], about: one.event_id };
    await put({ ...event({ dest_ip: "203.0.113.9" }), category: "ADVML", l8_enrichment: advml });
    signals = await runSignals(fabric);
    await finished();
    expect(await fabric.count("events", "category = 'INTEL'")).toBe(1);
    expect(await found(fabric)).toHaveLength(3);
  });

  it("loses nothing while the archive is away, and keeps what is no event aside", async () => {
    layFeeds(fabric, { cert: { kind: "csv", text: csv("ip,203.0.113.9,90,,") } });
    signals = await runSignals(fabric);
    await held(1);
    await until(async () => (await signals?.get("/healthz"))?.status === 200);
    await fabric.postgres.down("SIGQUIT");
    await put(event({ dest_ip: "203.0.113.9" }));
    await put({ event_id: 1 });
    await until(async () => (await fabric.unfinished("SOC_EVENTS", "l8-signals")) > 0);
    await fabric.postgres.up();
    await until(async () => (await found(fabric)).length === 1, 30_000);
    await finished();
    expect(await fabric.count("events", "category = 'INTEL'")).toBe(1);
    expect(await fabric.admin.xlen("ALPHA_REJECTS")).toBe(1);
  });
});

describe("feeds that change", () => {
  it("count without a restart; a broken one leaves the last good one in force, and shows", async () => {
    layFeeds(fabric, { cert: { kind: "csv", text: csv("ip,203.0.113.9,90,,") } });
    signals = await runSignals(fabric);
    await held(1);
    await until(async () => (await signals?.get("/healthz"))?.status === 200);
    layFeeds(fabric, { cert: { kind: "csv", text: csv("ip,203.0.113.9,90,,", "ip,203.0.113.10,90,,") } });
    await held(2);
    layFeeds(fabric, { cert: { kind: "csv", text: "<html>not found</html>" } });
    await until(async () => (await feedsNow()).feeds[0]?.problem !== null);
    expect(await feedsNow()).toMatchObject({
      indicators: 2,
      feeds: [{ problem: expect.stringContaining("does not begin") }],
    });
    const health = JSON.parse((await signals.get("/health")).text) as {
      status: string;
      checks: Record<string, string>;
    };
    expect(health).toMatchObject({
      status: "degraded",
      checks: { feeds: expect.stringContaining("cert: does not begin") },
    });
    await put(event({ dest_ip: "203.0.113.10" }));
    await until(async () => (await found(fabric)).length === 1);
    layFeeds(fabric, { cert: { kind: "csv", text: csv("ip,203.0.113.11,90,,") } }, [], "BRAVO");
    await until(async () => (await signals?.get("/v1/feeds"))?.text.includes("is not for ALPHA") === true);
    expect((await feedsNow()).indicators).toBe(2);
    layFeeds(fabric, {});
    await held(0);
    expect(JSON.parse((await signals.get("/health")).text)).toMatchObject({ status: "healthy" });
  });
});

function stix(pattern: string): object {
  return {
    ...{ type: "indicator", spec_version: "2.1", id: `indicator--${randomUUID()}`, pattern_type: "stix", pattern },
    valid_from: "2026-01-01T00:00:00Z",
  };
}
