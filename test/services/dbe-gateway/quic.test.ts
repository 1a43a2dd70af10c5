import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Gateway } from "../../../images/dbe-gateway/src/app.ts";
import { readCredentials } from "../../../images/dbe-gateway/src/links/credentials-watcher.ts";
import { TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import { buildSidecar, Sidecar } from "../support/dbe-sidecar.ts";
import { DOMAIN, TestFleet } from "./support/fleet.ts";
import { MemoryStore } from "./support/memory-store.ts";

const NODES = ["node-a", "node-b"] as const;

let fleet: TestFleet;
const sidecars = new Map<string, Sidecar>();
const gateways: Gateway[] = [];

beforeAll(async () => {
  fleet = await TestFleet.create();
  const program = await buildSidecar(fleet.dir);
  for (const node of NODES) {
    const credentials = await readCredentials(fleet.path(node, "/certs"));
    sidecars.set(node, await Sidecar.start({ program, domain: DOMAIN, credentials }));
  }
  const peers = NODES.map((node) => ({ node, address: "127.0.0.1", port: sidecars.get(node)?.port }));
  fleet.addFolder("node-a", "dsmil-l8-analytics-alpha", { device: 52, tenants: ["ALPHA"] });
  fleet.addFolder("node-b", "dsmil-llm-worker", { device: 47, tenants: "*" });
  for (const node of NODES) {
    fleet.writeGatewayFile(node, { transport: "quic", peers });
    gateways.push(await fleet.start(node, new MemoryStore(), { QUIC_DIR: sidecars.get(node)?.sockets ?? "" }));
  }
  await fleet.inbox("node-a", "dsmil-l8-analytics-alpha", {});
}, 180_000);
afterAll(async () => {
  await fleet?.close();
  for (const sidecar of sidecars.values()) await sidecar.end();
});

describe("gateways over QUIC", () => {
  const ask = () =>
    fleet
      .client("node-b", "dsmil-llm-worker")
      .request({ type: TYPES.ECHO_REQ, tenant: "ALPHA", destination: 52, payload: Buffer.alloc(70_000, 1) });

  it("pass messages, over the one group there is", async () => {
    expect((await ask()).payload.length).toBe(70_000);
    const [session] = gateways[1]?.operator.show().sessions ?? [];
    expect(session).toMatchObject({ peer: "node-a", transport: "quic", group: "SecP384r1MLKEM1024" });
  });
});
