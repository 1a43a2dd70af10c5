import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { COMPARTMENTS } from "../../../images/runtime/dbe/codec/constants.ts";
import { loadModel } from "../../../infra/model/load.ts";
import schema from "../../../infra/model/manifest.schema.json" with { type: "json" };
import type { Model, Node, Tenant } from "../../../infra/model/types.ts";
import { renderGateway, renderTenantPolicy } from "../../../infra/render/dbe-gateway.ts";

const model: Model = loadModel(resolve(import.meta.dirname, "../../../manifest.yaml"));
const [alpha, nodeA] = [model.tenants[0] as Tenant, model.nodes[0] as Node];

describe("what a gateway is told", () => {
  it("is who the others are, and where each device lives", () => {
    const told = JSON.parse(renderGateway(model, nodeA, "00"));
    expect(told).toMatchObject({ node: "node-a", domain: "dsmil.local", transport: "quic", root: "00", revoked: [] });
    expect(told.peers).toEqual([
      { node: "node-b", address: "172.20.0.20", port: 8100 },
      { node: "node-c", address: "172.20.0.30", port: 8100 },
    ]);
    expect(told.devices).toMatchObject({ 43: "node-b", 52: "node-a", 58: "node-a", 61: "node-a" });
  });

  it("is what a tenant may, and who may speak for it", () => {
    const { devices, ...rest } = JSON.parse(renderTenantPolicy(model, alpha, "certificate"));
    const served = model.services.flatMap(({ device, node }) => (device === undefined ? [] : [[device, node]]));
    expect(devices).toEqual(Object.fromEntries(served));
    expect(devices).toMatchObject({ 18: "node-a", 33: "node-b", 43: "node-b", 52: "node-a" });
    expect(rest).toEqual({
      tenant: "ALPHA",
      roe_level: "SOC_ASSIST",
      compartments: ["SIGNALS", "SOC"],
      classification: "RESTRICTED",
      officers: [],
      certificate: "certificate",
    });
  });

  it("names an officer's key by its digest", () => {
    const officer = { person: "first.officer", publicKey: "ab".repeat(2592) };
    const { officers } = JSON.parse(renderTenantPolicy(model, { ...alpha, officers: [officer] }, ""));
    expect(officers).toEqual([{ id: expect.stringMatching(/^[0-9a-f]{64}$/), ...officer }]);
  });

  it("knows every compartment that a manifest can name", () => {
    const named = schema.definitions.tenant.properties.compartments.items.enum;
    expect(named.filter((name) => !Object.hasOwn(COMPARTMENTS, name))).toEqual([]);
  });
});
