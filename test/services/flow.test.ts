import { once } from "node:events";
import { createServer } from "node:http";
import { DatabaseSync } from "node:sqlite";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { Fabric, until } from "./support/fabric.ts";
import { mixedLines } from "./support/lines.ts";

let fabric: Fabric;
beforeAll(async () => {
  fabric = await Fabric.start();
}, 60_000);
afterEach(() => fabric.reset());
afterAll(() => fabric.stopAll());

/** Starts the three services. @returns port of the metrics of l8-analytics */
async function startAll(): Promise<number> {
  for (const name of ["l3", "l4"] as const) await fabric.run(name);
  return (await fabric.run("l8")).port;
}

/** What l8-analytics counted on SOC_EVENTS, of events whose labels hold a text. */
async function counted(port: number, label = ""): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const lines = text.split("\n").filter((line) => line.startsWith("dsmil_soc_events_total{") && line.includes(label));
  return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

describe("the flow through l3-router, l4-classifier and l8-analytics", () => {
  it("archives 2,000 mixed lines exactly once, keeps the malformed ones aside", async () => {
    const port = await startAll();
    await fabric.send(mixedLines(2000, 100));
    await until(async () => (await fabric.count("events")) === 1980 && (await fabric.count("rejects")) === 20);
    await fabric.settled();
    expect(await fabric.count("events", "l3 is not null and l4 is not null and (l8 ->> 'complete')::boolean")).toBe(
      1980,
    );
    expect(await fabric.count("events", "l4 ->> 'class' = 'MALWARE_C2' and severity = 'CRITICAL'")).toBe(380);
    expect(await fabric.count("rejects", "reason like 'eve_not_json%' and source = 'test.log'")).toBe(20);
    expect(await fabric.admin.xlen("ALPHA_SOC_EVENTS")).toBe(1980);
    expect(await counted(port)).toBe(1980);
    expect(await counted(port, 'severity="CRITICAL"')).toBe(await fabric.count("events", "severity = 'CRITICAL'"));
    expect(await counted(port, 'decision="ALERT"')).toBe(await fabric.count("events", "l3 ->> 'decision' = 'ALERT'"));
    expect(await fabric.count("events")).toBe(1980);
  }, 60_000);

  it("archives lines that are sent twice once, and publishes them once", async () => {
    await startAll();
    const lines = mixedLines(500);
    const ids = await fabric.send(lines);
    await fabric.send(lines, ids);
    await until(async () => (await fabric.count("events")) === 500);
    await fabric.settled();
    expect(await fabric.count("events")).toBe(500);
    expect(await fabric.admin.xlen("ALPHA_SOC_EVENTS")).toBe(500);
  });

  it("archives a malformed line that is sent twice once, and another tenant's event never", async () => {
    await startAll();
    const ids = await fabric.send(["no syslog at all"]);
    await fabric.send(["no syslog at all"], ids);
    const foreign = {
      event_id: "00000000-0000-4000-8000-000000000001",
      tenant_id: "BRAVO",
      ts: "2026-01-01T00:00:00Z",
    };
    const rest = { source_device: 0, source_layer: 0, category: "RAW", severity: "INFO", payload: {} };
    await fabric.admin.xadd("ALPHA_L3_IN", "*", "event", JSON.stringify({ ...foreign, ...rest }));
    await fabric.admin.xadd("ALPHA_L3_OUT", "*", "event", JSON.stringify({ ...foreign, ...rest }));
    await until(async () => (await fabric.count("rejects")) === 3);
    await fabric.settled();
    expect(await fabric.count("rejects", "reason like 'format_unknown%'")).toBe(1);
    expect(await fabric.count("rejects", "reason like 'tenant_mismatch%'")).toBe(2);
    expect(await fabric.count("events")).toBe(0);
  });

  it("keeps what Postgres could not hold as text: NUL and lone surrogates", async () => {
    await startAll();
    const alert = '"event_type":"alert","alert":{"severity":2,"signature":"bad \\u0000 \\ud800 end"}';
    await fabric.send([`{"timestamp":"2026-01-02T03:04:05.000000+0000",${alert}}`]);
    await until(async () => (await fabric.count("events")) === 1);
    await fabric.settled();
    const [row] = await fabric.postgres.sql("select raw -> 'fields' ->> 'signature' as s from dsmil_alpha.events");
    expect(row?.s).toBe("bad \ufffd \ufffd end");
    expect(await fabric.count("rejects")).toBe(0);
  });

  it("archives the partial verdict after the join window and completes it when Layer 4 comes", async () => {
    await fabric.run("l3");
    await fabric.run("l8", { JOIN_WINDOW_SECONDS: "0.3" });
    await fabric.send(mixedLines(50));
    await until(async () => (await fabric.count("events")) === 50);
    await fabric.settled(["L4_IN"]);
    expect(await fabric.count("events", "l4 is null and not (l8 ->> 'complete')::boolean")).toBe(50);
    // Ten are CRITICAL or HIGH by Layer 3 alone: these are told at once.
    const early = await fabric.admin.xlen("ALPHA_SOC_EVENTS");
    expect(early).toBe(await fabric.count("events", "severity in ('HIGH', 'CRITICAL')"));
    expect(early).toBeGreaterThan(0);
    await fabric.run("l4");
    await until(async () => (await fabric.count("events", "l4 is not null and (l8 ->> 'complete')::boolean")) === 50);
    await fabric.settled();
    expect(await fabric.count("events")).toBe(50);
    expect(await fabric.admin.xlen("ALPHA_SOC_EVENTS")).toBe(early + 50);
  });

  it("escalates by SHRINK and keeps the present in the hot path, each row with its tenant", async () => {
    const metrics = { crisis_level: 0.1, risk_acute_stress: 0.75 };
    const shrink = createServer((_request, response) => response.end(JSON.stringify(metrics))).listen(0, "127.0.0.1");
    onTestFinished(() => void shrink.close());
    await once(shrink, "listening");
    const address = shrink.address();
    const port = typeof address === "object" && address ? address.port : 0;
    await fabric.run("l3");
    await fabric.run("l4");
    const l8 = await fabric.run("l8", { SHRINK_URL: `http://127.0.0.1:${port}`, SHRINK_POLL_INTERVAL: "0.1" });
    await until(async () => l8.service.health.report().checks.shrink === "connected");
    await fabric.send(["Nov 23 12:34:56 h sshd[1]: Accepted publickey for deploy from 10.1.2.3 port 5 ssh2"]);
    await until(async () => (await fabric.count("events")) === 1);
    await fabric.settled();
    const [row] = await fabric.postgres.sql("select severity, l8 from dsmil_alpha.events");
    expect(row).toMatchObject({
      severity: "LOW",
      l8: { severity_before: "INFO", escalations: ["shrink_acute_stress"] },
    });
    const db = new DatabaseSync(`${fabric.dir}/hotpath/hotpath.db`, { readOnly: true });
    onTestFinished(() => db.close());
    const tables = [
      "raw_events_fast",
      "model_outputs_fast",
      "layer_state",
      "device_status",
      "soc_events_cache",
      "shrink_metrics",
    ];
    const counts = tables.map((table) => db.prepare(`select count(*) as n, min(tenant_id) as t from ${table}`).get());
    expect(counts.map((count) => count?.t)).toEqual(tables.map(() => "ALPHA"));
    expect(counts.slice(0, 5).map((count) => count?.n)).toEqual([1, 2, 3, 1, 1]);
  });
});
