import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Gateway } from "../../../images/dbe-gateway/src/app.ts";
import { until } from "../support/fabric.ts";
import { TestFleet } from "./support/fleet.ts";
import { MemoryStore } from "./support/memory-store.ts";

let fleet: TestFleet;
let stores: Record<"a" | "b", MemoryStore>;

beforeEach(async () => {
  fleet = await TestFleet.create();
  stores = { a: new MemoryStore(), b: new MemoryStore() };
  // A third node that is a peer of both: its TLS certificate opens channels.
  const address = { address: "127.0.0.1" };
  const peers = ["node-a", "node-b", "node-c"].map((node) => ({ node, ...address, port: fleet.port(node) || 1 }));
  for (const node of ["node-a", "node-b"]) fleet.writeGatewayFile(node, { peers });
});
afterEach(() => fleet.close());

const start = async (): Promise<Gateway[]> => [
  await fleet.start("node-a", stores.a),
  await fleet.start("node-b", stores.b),
];
const wrongCertificate = (store: MemoryStore) => store.rows.filter(({ reason }) => reason === "BAD_CERTIFICATE");
const linked = (gateways: readonly Gateway[]) =>
  gateways.some(({ links }) => links.stats().some(({ state }) => state === "up"));

describe("a node that shows another node's TLS certificate", () => {
  it("and its own node key is refused by the side that accepts, and audited", async () => {
    fleet.issue("node-a", "node-c");
    const gateways = await start();
    await until(async () => wrongCertificate(stores.b).length > 0);
    expect(wrongCertificate(stores.b)[0]).toMatchObject({
      ...{ kind: "dbe.refused", peer: "node-a" },
      detail: "handshake as responder: the TLS certificate is node-c's, the handshake proved node-a",
    });
    expect(linked(gateways)).toBe(false);
  });

  it("is refused by the side that dials, and audited once", async () => {
    fleet.issue("node-b", "node-c");
    const gateways = await start();
    await until(async () => wrongCertificate(stores.a).length > 0);
    const [row] = wrongCertificate(stores.a);
    expect(row).toMatchObject({ kind: "dbe.refused", peer: "node-b", detail: expect.stringMatching(/^dialled: /) });
    await until(async () => gateways[0]?.links.check().ok === false);
    expect(wrongCertificate(stores.a)).toHaveLength(1);
    expect(linked(gateways)).toBe(false);
  });
});
