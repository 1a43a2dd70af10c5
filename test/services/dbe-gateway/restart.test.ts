import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifyChain } from "../../../images/runtime/dbe/audit/verify-chain.ts";
import { TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import type { DbeError } from "../../../images/runtime/dbe/codec/error.ts";
import type { DbeClient } from "../../../images/runtime/dbe/local/client.ts";
import { makeCertificates } from "../support/certificates.ts";
import { until } from "../support/fabric.ts";
import { PostgresServer } from "../support/postgres-server.ts";
import { makeTrail, trailOf } from "./support/audit-database.ts";
import { TestFleet } from "./support/fleet.ts";
import { bundleGateway, GatewayProcess } from "./support/gateway-process.ts";

const NODES = ["node-a", "node-b"] as const;

let fleet: TestFleet;
let postgres: PostgresServer;
let processes: Record<(typeof NODES)[number], GatewayProcess>;
let worker: DbeClient;
/** Times the far service worked on each number. */
const worked = new Map<number, number>();

beforeAll(async () => {
  fleet = await TestFleet.create();
  postgres = await PostgresServer.start(`${fleet.dir}/postgres`, makeCertificates(fleet.dir), "unused");
  await makeTrail(postgres, NODES);
  fleet.addFolder("node-a", "dsmil-l8-analytics-alpha", { device: 52, tenants: ["ALPHA"] });
  fleet.addFolder("node-b", "dsmil-llm-worker", { device: 47, tenants: "*" });
  const variables = { POSTGRES_PORT: String(postgres.port), CA_FILE: `${fleet.dir}/ca.crt` };
  const program = await bundleGateway(`${fleet.dir}/main.js`);
  processes = {
    "node-a": new GatewayProcess(fleet, "node-a", program, variables),
    "node-b": new GatewayProcess(fleet, "node-b", program, variables),
  };
  await fleet.inbox("node-a", "dsmil-l8-analytics-alpha", {
    [TYPES.L8_SOC_EVENT_ENRICHMENT]: async ({ payload }) => {
      const number = payload.readUInt32BE(0);
      worked.set(number, (worked.get(number) ?? 0) + 1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      return { type: TYPES.L8_PROPOSAL, payload };
    },
  });
  worker = fleet.client("node-b", "dsmil-llm-worker");
  await Promise.all(NODES.map((node) => processes[node].up()));
  await untilUp();
}, 120_000);
afterAll(async () => {
  for (const process of Object.values(processes ?? {})) await process.end("SIGTERM");
  await postgres?.down("SIGQUIT");
  await fleet?.close();
}, 60_000);

const untilUp = (): Promise<void> => until(async () => (await ask(4_000_000, 1000)) === "answered", 30_000);

async function ask(number: number, deadlineMs = 10_000): Promise<string> {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(number);
  const message = { type: TYPES.L8_SOC_EVENT_ENRICHMENT, tenant: "ALPHA", destination: 52, payload, deadlineMs };
  try {
    const answer = await worker.request(message);
    return answer.payload.equals(payload) ? "answered" : "wrong answer";
  } catch (error) {
    return (error as DbeError).reason;
  }
}

describe("a gateway that is killed under traffic", () => {
  it.each([
    ["the far one", "node-a", 1_000_000],
    ["the near one", "node-b", 2_000_000],
  ] as const)(
    "%s: what was answered was worked on, and nothing twice",
    async (_which, node, first) => {
      const outcomes = new Map<number, string>();
      let next = first;
      let running = true;
      let slowest = 0;
      const talk = async (): Promise<void> => {
        while (running) {
          const [number, begun] = [next++, performance.now()];
          outcomes.set(number, await ask(number));
          slowest = Math.max(slowest, performance.now() - begun);
        }
      };
      const talkers = Array.from({ length: 16 }, talk);
      for (let kill = 0; kill < 3; kill++) {
        await until(async () => outcomes.size > (kill + 1) * 300, 30_000);
        await processes[node].end("SIGKILL");
        await processes[node].up();
      }
      const settled = outcomes.size;
      await until(async () => outcomes.size > settled + 300, 30_000);
      running = false;
      await Promise.all(talkers);
      const tally = Object.groupBy(outcomes.values(), (outcome) => outcome);
      const counts = Object.fromEntries(Object.entries(tally).map(([outcome, all]) => [outcome, all?.length]));
      console.log(`killed 3 times: ${JSON.stringify(counts)}, slowest ${Math.round(slowest)} ms`);

      for (const [number, outcome] of outcomes) {
        expect(["answered", "TIMEOUT", "DESTINATION_UNAVAILABLE"]).toContain(outcome);
        if (outcome === "answered") expect(worked.get(number)).toBe(1);
      }
      for (const [number, times] of worked)
        if (number >= first && number < next) expect([number, times]).toEqual([number, 1]);
    },
    180_000,
  );
});

describe("the audit trail in Postgres", () => {
  const refusedIn = async (node: string, reason: string) =>
    (await trailOf(postgres, node)).filter((row) => row.reason === reason);
  const protectedProbe = JSON.stringify({
    ...{ type: "L9_COA_REQ", tenant: "ALPHA", destination: 59, payload: "plan", deadline_ms: 5000 },
  });

  it("has protected requests before they go on; while it is away they are refused, and others are not", async () => {
    const b = processes["node-b"];
    // No container of device 59 is there: it was let through everywhere, and that is in both trails.
    expect((await b.ctl("send", protectedProbe)).out).toMatchObject({ reason: "DESTINATION_UNAVAILABLE" });
    for (const node of NODES) {
      const rows = (await trailOf(postgres, node)).filter(({ kind }) => kind === "dbe.protected");
      expect(rows).toMatchObject([{ tenant: "ALPHA", type: TYPES.L9_COA_REQ, source: 0, destination: 59 }]);
    }

    await postgres.down("SIGQUIT");
    expect((await b.ctl("send", protectedProbe)).out).toMatchObject({ reason: "AUDIT_UNAVAILABLE" });
    expect(await ask(3_000_001)).toBe("answered");
    const unknown = JSON.stringify({ type: "ECHO_REQ", tenant: "NOBODY", destination: 52 });
    for (let i = 0; i < 3; i++) expect((await b.ctl("send", unknown)).out).toMatchObject({ reason: "UNKNOWN_TENANT" });
    expect((await b.ctl("show")).out.audit).toMatchObject({ spool: expect.any(Number), away: expect.any(String) });

    // Killed with rows that only its disk has.
    await b.end("SIGKILL");
    await b.up();
    await postgres.up();
    await until(async () => (await refusedIn("node-b", "UNKNOWN_TENANT")).length === 3, 30_000);
    expect(await refusedIn("node-b", "AUDIT_UNAVAILABLE")).toHaveLength(1);
    await until(
      async () => ((await b.ctl("send", protectedProbe)).out.reason as string) === "DESTINATION_UNAVAILABLE",
      30_000,
    );
  }, 120_000);

  it("is one whole chain a node, signed, and ends where the node says", async () => {
    await until(async () => {
      const shown = await Promise.all(NODES.map(async (node) => (await processes[node].ctl("show")).out.audit));
      return shown.every((audit) => (audit as { spool: number }).spool === 0);
    }, 30_000);
    const heads = await Promise.all(
      NODES.map(async (node) => {
        const { seq, hash } = (await processes[node].ctl("show")).out.audit as { seq: number; hash: string };
        return [node, [{ seq, hash: Buffer.from(hash, "hex") }]] as const;
      }),
    );
    const batches = await Promise.all(NODES.map((node) => trailOf(postgres, node)));
    const keysOf = (node: string): string[] => [fleet.nodes[node]?.publicKey ?? ""];
    const { chains, findings } = await verifyChain(batches, { keysOf, heads: new Map(heads) });
    expect(findings).toEqual([]);
    expect(chains.map(({ node }) => node)).toEqual(NODES);
    for (const { entries, signed } of chains) expect([entries > 3, signed > 0]).toEqual([true, true]);
  }, 60_000);
});
