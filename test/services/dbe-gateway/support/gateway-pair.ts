import type { Gateway } from "../../../../images/dbe-gateway/src/app.ts";
import { TYPES } from "../../../../images/runtime/dbe/codec/constants.ts";
import type { DbeError } from "../../../../images/runtime/dbe/codec/error.ts";
import type { Envelope } from "../../../../images/runtime/dbe/codec/types.ts";
import type { DbeClient } from "../../../../images/runtime/dbe/local/client.ts";
import { until } from "../../support/fabric.ts";
import { TestFleet } from "./fleet.ts";
import { MemoryStore } from "./memory-store.ts";

/** Two gateways that are linked, and services of both sides. */
export interface GatewayPair {
  readonly fleet: TestFleet;
  readonly gateways: Readonly<Record<"a" | "b", Gateway>>;
  readonly stores: Readonly<Record<"a" | "b", MemoryStore>>;
  /** On node-b, for all tenants. */
  readonly worker: DbeClient;
  readonly router: DbeClient;
  /** Events that the services of device 52 were given. */
  readonly got: Envelope[];
}

export const event = Buffer.from('{"event":1}');
export const enrichment = (more: object = {}) => ({
  type: TYPES.L8_SOC_EVENT_ENRICHMENT,
  tenant: "ALPHA",
  destination: 52,
  payload: event,
  deadlineMs: 5000,
  ...more,
});
export const reasonOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "accepted",
    (error: DbeError) => error.reason ?? String(error),
  );
export const refusedRows = (store: MemoryStore, reason: string) => store.rows.filter((row) => row.reason === reason);

/** Lays the fleet, starts both gateways and the services, and waits until they are linked. */
export async function startPair(): Promise<GatewayPair> {
  const stores = { a: new MemoryStore(), b: new MemoryStore() };
  const got: Envelope[] = [];
  const fleet = await TestFleet.create();
  fleet.addFolder("node-a", "dsmil-l8-analytics-alpha", { device: 52, tenants: ["ALPHA"] });
  fleet.addFolder("node-a", "dsmil-l8-analytics-bravo", { device: 52, tenants: ["BRAVO"] });
  fleet.addFolder("node-a", "dsmil-nc3", { device: 61, tenants: "*" });
  fleet.addFolder("node-b", "dsmil-llm-worker", { device: 47, tenants: "*" });
  fleet.addFolder("node-b", "dsmil-l7-router", { device: 43, tenants: "*" });
  const gateways = { a: await fleet.start("node-a", stores.a), b: await fleet.start("node-b", stores.b) };
  await serve(fleet, got);
  await until(async () => [gateways.a, gateways.b].every(({ links }) => links.stats()[0]?.state === "up"));
  const worker = fleet.client("node-b", "dsmil-llm-worker");
  const router = fleet.client("node-b", "dsmil-l7-router");
  return { fleet, gateways, stores, worker, router, got };
}

async function serve(fleet: TestFleet, got: Envelope[]): Promise<void> {
  const enrich = (name: string) => async (message: Envelope) => {
    got.push(message);
    return { type: TYPES.L8_PROPOSAL, payload: Buffer.from(`${name}:${message.payload}`) };
  };
  for (const name of ["alpha", "bravo"]) {
    await fleet.inbox("node-a", `dsmil-l8-analytics-${name}`, { [TYPES.L8_SOC_EVENT_ENRICHMENT]: enrich(name) });
  }
  await fleet.inbox("node-a", "dsmil-nc3", {
    [TYPES.L9_NC3_QUERY]: async () => ({ type: TYPES.L9_NC3_RESP, payload: Buffer.from("status") }),
  });
  await fleet.inbox("node-b", "dsmil-llm-worker", {
    [TYPES.L7_CHAT_REQ]: async () => ({ type: TYPES.L7_CHAT_RESP, payload: Buffer.from("hello") }),
  });
}
