import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readDecisions } from "../../images/runtime/policy/read-decisions.ts";
import { verifyDecisions } from "../../images/runtime/policy/verify-decisions.ts";
import { BUILD_MS, dataOf, PolicyRig, rules } from "./policy/rig.ts";
import { Fabric, type Running, until } from "./support/fabric.ts";
import { mixedLines } from "./support/lines.ts";
import { runSoar } from "./support/soar.ts";

const STREAM = "ALPHA_SOC_EVENTS";
const GROUP = "l8-soar";
let fabric: Fabric;
let rig: PolicyRig;
let soar: Running | undefined;
let version = 0;

beforeAll(async () => {
  rig = new PolicyRig(await rules());
  fabric = await Fabric.start();
}, BUILD_MS);
afterAll(async () => {
  await fabric?.stopAll();
  rig?.remove();
});
beforeEach(async () => {
  await fabric.admin.xgroup("CREATE", STREAM, GROUP, "0", "MKSTREAM");
  rig.write("alpha", {});
  lay({});
});
afterEach(async () => {
  await soar?.stop();
  soar = undefined;
  await fabric.reset();
  await fabric.postgres.sql("truncate dsmil_alpha.proposals");
});

/** Lays ALPHA's policy anew; allowed are ISOLATE_HOST and BLOCK_DOMAIN. */
const lay = (more: object): string => rig.lay("alpha", ++version, dataOf("ALPHA", more));
const start = async (): Promise<void> => {
  soar = await runSoar(fabric, rig);
};
const fields = { src_ip: "10.0.0.5", dest_ip: "203.0.113.7", domain: "evil.example" };
const eventOf = (more: object = {}) => ({
  ...{ event_id: randomUUID(), tenant_id: "ALPHA", ts: "2026-11-21T17:05:09Z", source_device: 52, source_layer: 8 },
  ...{ category: "IDS", severity: "CRITICAL", payload: { fields } },
  l3: { score: 0.8, decision: "ALERT", rules: ["ids_malware"] },
  l4: { class: "MALWARE_C2", confidence: 0.97, evidence: ["sig_c2"], alternatives: [] },
  ...more,
});
const send = (event: object) => fabric.admin.xadd(STREAM, "*", "event", JSON.stringify(event));
const proposals = async () =>
  (await fabric.postgres.sql("select * from dsmil_alpha.proposals order by archived_at, action")) as Record<
    string,
    unknown
  >[];
const shown = async () => (await proposals()).map(({ action, target }) => `${action} ${target}`);
const published = async () =>
  (await fabric.admin.xrange("ALPHA_PROPOSALS", "-", "+")).map(([, [, text]]) => JSON.parse(text ?? ""));
const done = () => until(async () => (await fabric.unfinished("SOC_EVENTS", GROUP)) === 0);
const health = async () =>
  (await fetch(`http://127.0.0.1:${soar?.port}/health`)).json() as Promise<{ status: string; checks: object }>;

describe("the SOAR orchestrator", () => {
  it("proposes what policy allows, in table and stream, each with its decision in the log", async () => {
    await start();
    const event = eventOf();
    await send(event);
    await done();
    expect(await shown()).toEqual(["BLOCK_DOMAIN domain:evil.example", "ISOLATE_HOST ip:10.0.0.5"]);
    const entries = await published();
    expect(entries.map(({ action }) => action).sort()).toEqual(["BLOCK_DOMAIN", "ISOLATE_HOST"]);
    for (const entry of entries) {
      expect(entry).toMatchObject({
        event_id: event.event_id,
        tenant_id: "ALPHA",
        status: "proposed",
        channels: ["email"],
      });
      const { writer, seq } = entry.decision;
      const [decision] = await fabric.postgres.sql(
        `select allow, about, request from dsmil_alpha.decisions where writer = '${writer}' and seq = ${seq}`,
      );
      expect(decision).toMatchObject({ allow: true, about: event.event_id });
      expect(decision?.request).toContain(entry.action);
    }
    expect(JSON.stringify([entries, await proposals()])).not.toContain("soc@example.org");
    const pool = { query: (text: string, values: unknown[]) => asPool(text, values) };
    expect((await verifyDecisions(readDecisions(pool as never, "dsmil_alpha"))).faults).toEqual([]);
    const metrics = await (await fetch(`http://127.0.0.1:${soar?.port}/metrics`)).text();
    expect(metrics).toContain(
      'dsmil_proposals_total{tenant_id="ALPHA",device_id="58",action="BLOCK_IP",result="refused"} 1',
    );
    expect(metrics).toContain('action="ISOLATE_HOST",result="proposed"} 1');
    expect((await health()).status).toBe("healthy");
  });

  it("proposes each once, however often an event comes, and over a restart", async () => {
    await start();
    const event = eventOf();
    await send(event);
    await send(event);
    await done();
    await soar?.stop();
    await start();
    await send(event);
    await send(eventOf());
    await done();
    expect(await proposals()).toHaveLength(2);
    expect(await published()).toHaveLength(2);
  });

  it("publishes what was kept but not published before a crash", async () => {
    const event = eventOf();
    await start();
    await send(event);
    await done();
    await soar?.stop();
    // As if it had been killed between the two writes: the entry is still its own, the stream does not have it.
    await fabric.admin.del("ALPHA_PROPOSALS");
    await send(event);
    await fabric.admin.xreadgroup("GROUP", GROUP, GROUP, "STREAMS", STREAM, ">");
    await start();
    await done();
    expect(await published()).toHaveLength(2);
    expect(await proposals()).toHaveLength(2);
  });

  it("follows a policy that changes while it runs; one that is not signed by the root changes nothing", async () => {
    await start();
    lay({ actions: ["ALERT_ONLY"], roe_level: "ANALYSIS_ONLY" });
    await until(async () => JSON.stringify((await health()).checks).includes(`"policy":${version}`));
    await send(eventOf());
    await done();
    expect(await shown()).toEqual(["ALERT_ONLY ip:203.0.113.7"]);
    const [alert] = await proposals();
    expect(alert?.rationale).toContain("instead of ISOLATE_HOST, BLOCK_DOMAIN, BLOCK_IP, which policy refuses");
    const data = dataOf("ALPHA", { actions: ["ISOLATE_HOST"] });
    rig.write("alpha", { "bundle.json": rig.bundle("alpha", ++version, data, "77".repeat(32)), "data.json": data });
    await until(async () => JSON.stringify((await health()).checks).includes("not signed by this fleet's root"));
    expect((await health()).status).toBe("degraded");
    await send(eventOf({ payload: { fields: { src_ip: "10.0.0.6" } } }));
    await done();
    expect(await shown()).toEqual(["ALERT_ONLY ip:203.0.113.7", "ALERT_ONLY ip:10.0.0.6"]);
  });

  it("refuses everything without a policy, and does not count as started", async () => {
    rig.remove();
    rig = new PolicyRig(await rules());
    await start();
    expect((await fetch(`http://127.0.0.1:${soar?.port}/healthz`)).status).toBe(503);
    await send(eventOf());
    await done();
    expect(await proposals()).toEqual([]);
    const [last] = await fabric.postgres.sql(
      "select reasons, policy_version from dsmil_alpha.decisions order by seq desc limit 1",
    );
    expect(last).toEqual({ reasons: ["no_policy"], policy_version: null });
  });

  it("proposes nothing while decisions cannot be recorded, and all of it afterwards", async () => {
    await start();
    await fabric.postgres.down("SIGQUIT");
    await send(eventOf());
    await until(async () => (await health()).status !== "healthy");
    expect(await published()).toEqual([]);
    expect(await fabric.unfinished("SOC_EVENTS", GROUP)).toBe(1);
    await fabric.postgres.up();
    await done();
    expect(await proposals()).toHaveLength(2);
    expect(await published()).toHaveLength(2);
  });

  it("keeps another tenant's event aside", async () => {
    await start();
    await send(eventOf({ tenant_id: "BRAVO" }));
    await done();
    expect(await proposals()).toEqual([]);
    const [[, [, reject]]] = (await fabric.admin.xrange("ALPHA_REJECTS", "-", "+")) as [[string, [string, string]]];
    expect(JSON.parse(reject).payload.reason).toBe("tenant_mismatch");
  });

  it("takes what the flow makes of real lines", async () => {
    lay({ actions: ["ISOLATE_HOST", "BLOCK_IP", "ALERT_ONLY"] });
    for (const name of ["l3", "l4", "l8"] as const) await fabric.run(name);
    await start();
    await fabric.send(mixedLines(1000));
    await until(async () => (await fabric.count("events")) === 1000, 60_000);
    await fabric.settled();
    await done();
    const actions = (await proposals()).map(({ action }) => action);
    expect(new Set(actions)).toEqual(new Set(["ALERT_ONLY", "ISOLATE_HOST", "BLOCK_IP"]));
    expect(actions.filter((action) => action === "ISOLATE_HOST")).toHaveLength(1);
    expect(await published()).toHaveLength(actions.length);
    console.log(`proposals: ${actions.length}; ${JSON.stringify((await health()).checks)}`);
  }, 120_000);
});

/** Reads as the superuser, whose rows are not limited. */
async function asPool(text: string, values: readonly unknown[]) {
  const filled = text.replaceAll(/\$(\d)/g, (_, at) => {
    const value = values[Number(at) - 1];
    return typeof value === "number" ? String(value) : `'${String(value).replaceAll("'", "''")}'`;
  });
  return { rows: await fabric.postgres.sql(filled) };
}
