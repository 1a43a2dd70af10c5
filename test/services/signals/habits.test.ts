import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Fabric, until } from "../support/fabric.ts";
import { found, layFeeds, makeGroup, runSignals, type Signals } from "./signals-rig.ts";

let fabric: Fabric;
let signals: Signals | undefined;
beforeAll(async () => {
  fabric = await Fabric.start();
}, 120_000);
beforeEach(async () => {
  await makeGroup(fabric);
  layFeeds(fabric, {});
});
afterEach(async () => {
  await signals?.stop();
  signals = undefined;
  await fabric.reset();
});
afterAll(() => fabric?.stopAll());

const DAY = 86_400_000;
const NOON = Math.floor(Date.now() / DAY) * DAY - DAY + 12 * 3_600_000;

/** A login as the layers leave it in the archive and on SOC_EVENTS. */
const login = (at: number, user: string, src_ip: string, host = "web-1") => ({
  ...{ event_id: randomUUID() as string, tenant_id: "ALPHA", ts: new Date(at).toISOString() },
  ...{ source_device: 52, source_layer: 8, category: "AUTH", severity: "INFO" },
  payload: { source: "test.log", fields: { ssh_fact: "accepted", user, src_ip, host } },
});
type Login = ReturnType<typeof login>;

/** Forty days of two logins around noon. */
const past = (user: string): Login[] =>
  Array.from({ length: 80 }, (_, n) =>
    login(NOON - (80 - n) * (DAY / 2) + (n % 2) * (DAY / 2 - 3_600_000), user, "10.0.0.5"),
  );

async function archive(logins: readonly Login[], tenant = "alpha"): Promise<void> {
  const rows = logins.map(({ event_id, ts, category, severity, payload }) => {
    const raw = JSON.stringify(payload);
    return `('${event_id}', '${tenant.toUpperCase()}', '${ts}', '${ts}', 'test.log', '${category}', '${severity}', '{}', '${raw}')`;
  });
  await fabric.postgres.sql(
    `insert into dsmil_${tenant}.events (event_id, tenant_id, ts, received_at, source, category, severity, l8, raw) values ${rows.join(", ")}`,
  );
}
const put = (entry: object, tenant = "ALPHA") =>
  fabric.admin.xadd(`${tenant}_SOC_EVENTS`, "*", "event", JSON.stringify({ ...entry, tenant_id: tenant }));
const finished = () => until(async () => (await fabric.unfinished("SOC_EVENTS", "l8-signals")) === 0);
const healthy = () => until(async () => (await signals?.get("/healthz"))?.status === 200);

describe("device 55", () => {
  it("learns at a start from the archive, but nothing of what it has still to judge", async () => {
    const odd = login(NOON + 14 * 3_600_000 - DAY, "alice", "203.0.113.9", "db-9");
    await archive([...past("alice"), odd]);
    await put(odd);
    signals = await runSignals(fabric);
    await until(async () => (await found(fabric)).length === 1);
    await finished();
    const [told] = await found(fabric);
    expect(told).toMatchObject({
      ...{ category: "BEHAVIOR", source_device: 55, source_layer: 8 },
      l8_enrichment: {
        signal_flags: ["UNUSUAL_LOGIN"],
        about: odd.event_id,
        facts: { differs: { host: { value: "db-9", share: 0 } } },
      },
      payload: { fields: { user: "alice", src_ip: "203.0.113.9", host: "db-9" } },
    });
    expect(JSON.parse((await signals.get("/health")).text)).toMatchObject({ checks: { habits: "1 accounts" } });
    // Logs name no account.
    expect(signals.lines.join("")).not.toContain("alice");
  });

  it("knows after a restart what it learned before, and tells nothing twice", async () => {
    await archive(past("alice"));
    signals = await runSignals(fabric);
    await healthy();
    const odd = login(NOON, "alice", "203.0.113.9", "db-9");
    await archive([odd]);
    await put(odd);
    await until(async () => (await found(fabric)).length === 1);
    await finished();
    await signals.stop();
    signals = await runSignals(fabric);
    await healthy();
    await put(odd);
    await put(login(NOON + 60_000, "alice", "203.0.113.10", "db-9"));
    await finished();
    expect(await found(fabric)).toHaveLength(1);
  });

  it("knows nothing of another tenant's accounts", async () => {
    await fabric.addTenant("BRAVO");
    await archive(past("alice"), "bravo");
    signals = await runSignals(fabric);
    await healthy();
    await put(login(NOON, "alice", "203.0.113.9", "db-9"));
    await finished();
    expect(await found(fabric)).toEqual([]);
    const [row] = await fabric.postgres.sql(
      "select count(*)::int as n from dsmil_alpha.events where category = 'BEHAVIOR'",
    );
    expect(row).toEqual({ n: 0 });
  });
});

describe("device 57", () => {
  it("finds on SOC_EVENTS what calls home", async () => {
    signals = await runSignals(fabric);
    await healthy();
    for (let n = 0; n < 15; n++) {
      const fields = { event_type: "flow", src_ip: "10.0.0.5", dest_ip: "203.0.113.66", dest_port: 443, flow_id: n };
      const ts = new Date(NOON + n * 60_000).toISOString();
      await put({
        ...login(NOON, "", ""),
        event_id: randomUUID(),
        ts,
        category: "NETWORK",
        payload: { source: "t", fields },
      });
    }
    await until(async () => (await found(fabric)).length === 1);
    await finished();
    expect(await found(fabric)).toMatchObject([
      {
        ...{ category: "NETWORK", source_device: 57, severity: "HIGH" },
        l8_enrichment: { signal_flags: ["BEACON"], facts: { interval_seconds: 60, variation: 0, gaps: 12 } },
      },
    ]);
  });
});
