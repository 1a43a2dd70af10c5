import { resolve } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import { DbeError } from "../../../images/runtime/dbe/codec/error.ts";
import type { Handler } from "../../../images/runtime/dbe/local/inbox.ts";

import { parseAgentQuestion } from "../../../images/runtime/l7/agent.ts";
import { parsePerception } from "../../../images/runtime/l7/perception.ts";
import { parseRagQuestion } from "../../../images/runtime/l7/rag/question.ts";
import { parseCoaQuestion } from "../../../images/runtime/soc/coa.ts";
import { parseCoalitionQuestion } from "../../../images/runtime/soc/coalition.ts";
import { parseStrategyQuestion } from "../../../images/runtime/soc/strategy.ts";
import { parseOrder } from "../../../images/runtime/stop/stop-order.ts";
import { Credentials } from "../../../infra/isolation/drivers/credentials.ts";
import type { Doors } from "../../../infra/isolation/drivers/doors.ts";
import { FleetProber } from "../../../infra/isolation/drivers/prober.ts";
import { planIsolation } from "../../../infra/isolation/plan.ts";
import { runPlan } from "../../../infra/isolation/run.ts";
import type { AttemptResult } from "../../../infra/isolation/types.ts";
import { loadModel } from "../../../infra/model/load.ts";
import type { TenantSecrets } from "../../../infra/stacks/outputs.ts";
import { TestFleet } from "../dbe-gateway/support/fleet.ts";
import { certificate } from "../dbe-gateway/support/keys.ts";
import { MemoryStore } from "../dbe-gateway/support/memory-store.ts";
import { until } from "../support/fabric.ts";
import { runHere } from "./run-here.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const ROUTERS = ["dsmil-l7-router-1", "dsmil-l7-router-2"];
/** It answers in the name that a message has. */
const PERCEPTION = "dsmil-l7-perception";
const TENANTS = ["alpha", "bravo"] as const;
const model = loadModel(`${ROOT}/manifest.yaml`);

let fleet: TestFleet;
/** Questions that reached a device, by tenant. */
const reached: string[] = [];

beforeAll(async () => {
  fleet = await TestFleet.create();
  for (const router of ROUTERS) fleet.addFolder("node-b", router, { device: 43, tenants: "*" });
  for (const tenant of TENANTS) await devices(tenant.toUpperCase());
  fleet.addFolder("node-b", PERCEPTION, { device: 45, tenants: "*" });
  await fleet.inbox("node-b", PERCEPTION, {
    [TYPES.L7_SERVICE_REQ]: reading(TYPES.L7_SERVICE_RESP, parsePerception),
  });
  for (const node of ["node-a", "node-b"]) await fleet.start(node, new MemoryStore());
  // The gateways find each other meanwhile.
  await until(async () => failed(await prove()).length === 0, 30_000);
});
afterAll(() => fleet.close());

/** Reads a question that reached a device in a tenant's name, as the device would. */
const reading =
  (type: number, parse: (body: unknown) => unknown): Handler =>
  async ({ payload, tlvs }) => {
    reached.push(tlvs.tenantId ?? "");
    try {
      parse(JSON.parse(payload.toString()));
    } catch (error) {
      throw new DbeError("MALFORMED", "the question", { cause: error });
    }
    return { type, payload: Buffer.from("{}") };
  };

/** Devices 48, 50, 59, 60, 61 and 62 of a tenant, as far as they read what they are asked. */
async function devices(tenant: string): Promise<void> {
  const stop: Handler = async ({ payload }) => {
    reached.push(tenant);
    parseOrder(payload);
    return { type: TYPES.L9_STOP_RESP, payload: Buffer.from("{}") };
  };
  for (const [name, node, device, handlers] of [
    ["l9-coa", "node-a", 59, { [TYPES.L9_COA_REQ]: reading(TYPES.L9_COA_RESP, parseCoaQuestion) }],
    ["l9-strategy", "node-a", 60, { [TYPES.L9_COA_REQ]: reading(TYPES.L9_COA_RESP, parseStrategyQuestion) }],
    ["l9-coalition", "node-a", 62, { [TYPES.L9_COA_REQ]: reading(TYPES.L9_COA_RESP, parseCoalitionQuestion) }],
    ["l9-nc3", "node-a", 61, { [TYPES.L9_STOP_REQ]: stop }],
    ["l7-agent", "node-b", 48, { [TYPES.L7_SERVICE_REQ]: reading(TYPES.L7_SERVICE_RESP, parseAgentQuestion) }],
    ["l7-rag", "node-b", 50, { [TYPES.L7_SERVICE_REQ]: reading(TYPES.L7_SERVICE_RESP, parseRagQuestion) }],
  ] as const) {
    const container = `dsmil-${name}-${tenant.toLowerCase()}`;
    fleet.addFolder(node, container, { device, tenants: [tenant] });
    await fleet.inbox(node, container, handlers);
  }
}

/** Runs what would run in the router's container here, at its folder. */
const exec: Doors["exec"] = async (node, argv) => {
  const [, , container = "", ...rest] = argv;
  expect(ROUTERS).toContain(container);
  return runHere(rest, { "/run/dbe": fleet.folder(node, container) });
};

async function prove(): Promise<AttemptResult[]> {
  const sources = { redis: ["stack"], postgres: ["stack"], qdrant: ["stack"] } as const;
  const whole = planIsolation(model, { nonce: "0badcafe", sourcesOf: () => sources });
  const attempts = whole.attempts.filter((a) => a.attack.kind === "claim");
  const none = () => Promise.reject(new Error("not here"));
  const stack = Object.fromEntries(
    TENANTS.map((tenant) => [tenant, { signing: fleet.tenants[tenant] } as unknown as TenantSecrets]),
  );
  const admin = { redis: "", postgres: "", qdrant: "" };
  const doors: Doors = { redis: none, postgres: none, https: none, reach: none, exec };
  const prober = new FleetProber(doors, new Credentials({ stack, node: {}, admin }));
  return runPlan({ attempts, setup: [], teardown: [] }, prober);
}

const failed = (results: readonly AttemptResult[]): string[] =>
  results
    .filter((r) => r.verdict !== "refused")
    .map((r) => `${r.verdict} ${r.id}: ${r.actual.class} / control ${r.control.class} ${r.control.detail}`);

describe("claims of another tenant, at real gateways", () => {
  afterEach(() => {
    for (const node of ["node-a", "node-b"]) fleet.writeTenant(node, "bravo");
  });

  it("are refused, and reach no device", async () => {
    reached.length = 0;
    const results = await prove();
    expect(failed(results)).toEqual([]);
    expect(results).toHaveLength(42);
    // The controls alone.
    expect([...reached].sort()).toEqual([...Array(21).fill("ALPHA"), ...Array(21).fill("BRAVO")]);
  });

  it("are named where the gateways know the key as the other's", async () => {
    const text = certificate(fleet.root, "tenant", "bravo", fleet.tenants.alpha);
    for (const node of ["node-a", "node-b"]) fleet.writeTenant(node, "bravo", { certificate: text });
    const names = [
      "L7_SERVICE_REQ (agent)",
      "L7_SERVICE_REQ (documents)",
      "L9_COA_REQ",
      "L9_COA_REQ (strategy)",
      "L9_COA_REQ (coalition)",
      "L9_STOP_REQ",
    ];
    const leaks = names.map((name) =>
      expect.stringContaining(`leak bus/alpha→bravo/${name} of BRAVO with a claim naming bravo, signed by alpha`),
    );
    await expect.poll(async () => failed(await prove()), { timeout: 20_000 }).toEqual(expect.arrayContaining(leaks));
  });
});
