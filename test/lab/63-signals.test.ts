import { randomInt } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeConnections } from "../../infra/access/connection.ts";
import { lookingContext } from "../../infra/cli/traces/context.ts";
import { postgres } from "../../infra/provider/stores/postgres.ts";
import { until } from "./harness/bus.ts";
import { dsmilOk, editManifest, resetManifest, root, run } from "./harness/dsmil.ts";
import { fingerprints, onNodeOk, untilHealthy } from "./harness/fleet.ts";

/** A machine of this run alone. */
const source = `10.78.${randomInt(256)}.${randomInt(1, 255)}`;

/** Sends a tenant lines of a sensor, and waits until they are archived. */
async function send(tenant: string, lines: readonly object[]): Promise<void> {
  const args = ["events", "send", "--tenant", tenant, "--wait", "60", "--json", "-"];
  const stdin = lines.map((line) => JSON.stringify(line)).join("\n");
  const sent = await run(`${root}/bin/dsmil`, args, { stdin });
  expect(sent.code, sent.stderr + sent.stdout).toBe(0);
}

const query = (domain: string) => ({
  ...{ timestamp: new Date().toISOString(), event_type: "dns", src_ip: source, dest_ip: "10.0.0.53", dest_port: 53 },
  ...{ proto: "UDP", dns: { type: "query", rrname: domain, rrtype: "A" } },
});
const flow = (at: number, id: number) => ({
  ...{
    timestamp: new Date(at).toISOString(),
    event_type: "flow",
    flow_id: id,
    src_ip: source,
    dest_ip: "203.0.113.254",
  },
  ...{ dest_port: 8443, proto: "TCP", flow: { bytes_toserver: 500, bytes_toclient: 500, state: "closed" } },
});

/** Flags of what was found about this run's machine in a tenant's archive. */
const flags = (tenant: string): Promise<readonly string[]> =>
  postgres.use(
    lookingContext(),
    "node-c",
    async (pool) => {
      const { rows } = await pool.query<{ flag: string }>(
        `select raw->'signal_flags'->>0 as flag from dsmil_${tenant}.events
         where raw ? 'signal_flags' and raw->'fields'->>'src_ip' = $1 order by 1`,
        [source],
      );
      return rows.map(({ flag }) => flag);
    },
    "dsmil",
  );

const get = (path: string, tenant = "alpha"): Promise<string> => {
  const wget = ["busybox", "wget", "-q", "-O", "-", `http://127.0.0.1:8080${path}`];
  return onNodeOk("node-a", "docker", "exec", `dsmil-l8-signals-${tenant}`, ...wget);
};

describe("devices 54, 55 and 57 on the lab", () => {
  beforeAll(() => untilHealthy());
  afterAll(async () => {
    // The next deployment, of 65, brings the feed back.
    resetManifest();
    await postgres.close();
    await closeConnections();
  });

  it("have the feeds of their own tenant", async () => {
    expect(JSON.parse(await get("/v1/feeds"))).toMatchObject({
      tenant_id: "ALPHA",
      feeds: [{ id: "example", kind: "csv", indicators: 6, skipped: {}, problem: null }],
    });
    expect(JSON.parse(await get("/v1/feeds", "bravo"))).toMatchObject({ tenant_id: "BRAVO", indicators: 0, feeds: [] });
  });

  it("find an indicator of a feed and a beacon, for the tenant that has them alone", async () => {
    const begun = Date.now() - 20 * 60_000;
    const lines = [
      query("c2.badexample.invalid"),
      ...Array.from({ length: 15 }, (_, n) => flow(begun + n * 60_000, n + 1)),
    ];
    await send("alpha", lines);
    await until("the findings", async () => (await flags("alpha")).length === 2);
    expect(await flags("alpha")).toEqual(["BEACON", "INTEL_MATCH"]);
    await send("bravo", [query("c2.badexample.invalid")]);
    expect(await flags("bravo")).toEqual([]);
  });

  it("take another list of feeds without a restart", async () => {
    const before = fingerprints(await untilHealthy());
    editManifest((text) => text.replace(/ {4}feeds: \[.*\]\n/, ""));
    await dsmilOk("up");
    await until("no feed", async () => (await get("/v1/feeds")).includes('"indicators":0'));
    expect(fingerprints(await untilHealthy())).toEqual(before);
  });
});
