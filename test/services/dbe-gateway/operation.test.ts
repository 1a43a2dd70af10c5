import { existsSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import type { DbeClient } from "../../../images/runtime/dbe/local/client.ts";
import { until } from "../support/fabric.ts";
import type { TestFleet } from "./support/fleet.ts";
import { enrichment, type GatewayPair, reasonOf, startPair } from "./support/gateway-pair.ts";

let fleet: TestFleet;
let gateways: GatewayPair["gateways"];
let stores: GatewayPair["stores"];
let worker: DbeClient;

beforeAll(async () => {
  ({ fleet, gateways, stores, worker } = await startPair());
}, 60_000);
afterAll(() => fleet?.close());

describe("configuration", () => {
  it("takes a tenant in while running, and refuses one that is gone at once", async () => {
    const ask = enrichment({ tenant: "CHARLIE", type: TYPES.ECHO_REQ });
    fleet.addFolder("node-a", "dsmil-l8-analytics-charlie", { device: 52, tenants: ["CHARLIE"] });
    for (const node of ["node-a", "node-b"]) fleet.writeTenant(node, "charlie");
    await until(async () => existsSync(`${fleet.folder("node-a", "dsmil-l8-analytics-charlie")}/gateway.sock`));
    await fleet.inbox("node-a", "dsmil-l8-analytics-charlie", {});
    await until(async () => (await reasonOf(worker.request(ask))) === "accepted");
    fleet.removeTenant("node-a", "charlie");
    await until(async () => !gateways.a.configuration.tenants.has("CHARLIE"));
    expect(await reasonOf(worker.request(ask))).toBe("UNKNOWN_TENANT");
    expect((await worker.request(enrichment())).type).toBe(TYPES.L8_PROPOSAL);
  });

  it("keeps what a broken file said before, and tells it in /health", async () => {
    const health = () => gateways.b.health.report();
    writeFileSync(fleet.path("node-b", "/dbe/tenants/alpha/policy.json"), '{"tenant": "ALPHA", "roe');
    await until(async () => String(health().checks.configuration).startsWith("tenants/alpha"));
    expect(health().status).toBe("degraded");
    expect((await worker.request(enrichment())).type).toBe(TYPES.L8_PROPOSAL);
    fleet.writeTenant("node-b", "alpha");
    await until(async () => health().status === "healthy");
  });

  it("does not serve a folder whose identity its container could have written", async () => {
    const folder = fleet.addFolder("node-b", "dsmil-forged", { device: 43, tenants: "*" });
    await until(async () => existsSync(`${folder}/gateway.sock`));
    rmSync(`${folder}/identity.json`);
    writeFileSync(
      `${fleet.dir}/elsewhere.json`,
      '{"container":"dsmil-forged","service":"x","device":61,"tenants":"*"}',
    );
    symlinkSync(`${fleet.dir}/elsewhere.json`, `${folder}/identity.json`);
    // What was good before stays in force; the file that is not is told.
    await until(async () =>
      String(gateways.b.configuration.problems["folders/dsmil-forged"]).includes("no regular file"),
    );
    expect(gateways.b.configuration.folders.get("dsmil-forged")?.device).toBe(43);
    rmSync(folder, { recursive: true });
    await until(async () => !gateways.b.configuration.folders.has("dsmil-forged"));
  });

  it("ends the link with a revoked peer at once and makes it again when it is not revoked any more", async () => {
    fleet.writeGatewayFile("node-a", { revoked: ["node-b"] });
    await until(async () => gateways.a.links.stats().length === 0);
    expect(await reasonOf(worker.request(enrichment({ deadlineMs: 300 })))).toMatch(/TIMEOUT|DESTINATION_UNAVAILABLE/);
    fleet.writeGatewayFile("node-a");
    await until(async () => (await reasonOf(worker.request(enrichment()))) === "accepted");
  });
});

describe("the operator", () => {
  it("is shown sessions, rejections, trail and tenants", async () => {
    expect(await reasonOf(worker.request(enrichment({ tenant: "NOBODY" })))).toBe("UNKNOWN_TENANT");
    await until(async () => gateways.b.operator.show().audit.spool === 0);
    const shown = gateways.b.operator.show();
    expect(shown).toMatchObject({ node: "node-b", transport: "tls", tenants: ["ALPHA", "BRAVO", "CHARLIE"] });
    expect(shown.sessions).toMatchObject([{ peer: "node-a", state: "up", group: "SecP384r1MLKEM1024" }]);
    expect(shown.rejections.UNKNOWN_TENANT).toBeGreaterThan(0);
    expect(shown.audit).toMatchObject({ node: "node-b", seq: stores.b.rows.length, spool: 0, away: undefined });
  });

  it("pings, rotates without losing a message, and sends probes that go through all checks", async () => {
    expect(await gateways.b.operator.ping("node-a", 3)).toMatchObject({ node: "node-a", count: 3 });
    const session = gateways.b.links.stats()[0]?.session;
    const asked = Promise.all(Array.from({ length: 50 }, () => worker.request(enrichment())));
    expect(await gateways.b.operator.rotate()).toEqual({ rotated: ["node-a"] });
    expect((await asked).every(({ type }) => type === TYPES.L8_PROPOSAL)).toBe(true);
    expect(gateways.b.links.stats()[0]?.session).not.toBe(session);

    const probe = { type: "L9_NC3_QUERY", tenant: "ALPHA", destination: 61 };
    const send = (more: object) => gateways.b.operator.send({ ...probe, ...more });
    expect(await send({ omit: ["roe_token"] })).toMatchObject({ type: "0xff", reason: "INVALID_ROE_TOKEN" });
    expect(await send({})).toMatchObject({ reason: "MISSING_TWO_PERSON_SIGNATURES" });
    expect(await send({ omit: ["tenant"] })).toMatchObject({ reason: "MISSING_TENANT" });
    expect(await send({ source: 52 })).toMatchObject({ reason: "DEVICE_NOT_ALLOWED" });
    expect(await send({ type: "0x01", destination: 52, payload: "hi" })).toMatchObject({
      name: "ECHO_RESP",
      payload: "hi",
    });
    await until(async () => stores.b.rows.filter(({ kind }) => kind === "dbe.probe").length === 5);
  });
});
