import { describe, expect, it } from "vitest";
import { engineContainer } from "../../../images/runtime/engine/engine-container.ts";

const ID = "0123456789abcdef".repeat(4);
const LABELS = {
  "dsmil.node": "node-a",
  "dsmil.tenant": "alpha",
  "dsmil.service": "l3-router",
  "dsmil.layer": "L3",
  "dsmil.device": "18",
};
const networks = (address: unknown, name = "dsmil_net") => ({ Networks: { [name]: { IPAddress: address } } });
const FILE = {
  ID,
  Name: "/dsmil-l3-router-alpha",
  RestartCount: 2,
  Config: { Labels: LABELS },
  State: { Running: true, Paused: false, StartedAt: "2026-01-01T00:00:00.5Z", Health: { Status: "healthy" } },
  NetworkSettings: networks("10.210.0.7"),
};
const read = (changes: object) => engineContainer(JSON.stringify({ ...FILE, ...changes }), "node-a");

describe("an engine's file of a container", () => {
  it("tells what runs, whose it is and where", () => {
    expect(read({})).toEqual({
      ...{ id: ID, name: "dsmil-l3-router-alpha", service: "l3-router", tenant: "alpha", layer: "L3", device: 18 },
      ...{ running: true, health: "healthy", restarts: 2, oomKilled: false, startedAt: 1767225600.5 },
      address: "10.210.0.7",
    });
  });

  it("counts for loopback where the container shares the node's network", () => {
    expect(read({ NetworkSettings: networks("", "host") })?.address).toBe("127.0.0.1");
  });

  it.each([
    ["no JSON", "{"],
    ["a list", "[]"],
    ["nothing", "null"],
  ])("is none of ours: %s", (_, text) => {
    expect(engineContainer(text, "node-a")).toBeUndefined();
  });

  it.each<[string, object]>([
    ["no labels", { Config: {} }],
    ["labels that are a word", { Config: { Labels: "dsmil.node" } }],
    ["another node's", { Config: { Labels: { ...LABELS, "dsmil.node": "node-b" } } }],
    ["no service", { Config: { Labels: { "dsmil.node": "node-a" } } }],
    ["a service that is no word", { Config: { Labels: { ...LABELS, "dsmil.service": 'x"} 1\nfake 1' } } }],
    ["a name with a path", { Name: "/../etc/passwd" }],
    ["a name that is an object", { Name: { a: 1 } }],
    ["an id that is a path", { ID: "../../secrets" }],
  ])("is none of ours: %s", (_, changes) => {
    expect(read(changes)).toBeUndefined();
  });

  it.each([
    ...["127.0.0.1", "0.0.0.0", "169.254.169.254", "224.0.0.1", "255.255.255.255", "::1", "", "localhost", 7, null],
    ...["10.210.0.7:22", "10.210.0.7/../x", "010.1.1.1", {}],
  ])("gives no address for %j", (address) => {
    expect(read({ NetworkSettings: networks(address) })?.address).toBeUndefined();
  });

  it("counts what has another shape as missing", () => {
    const odd = { RestartCount: -1, State: { Running: "yes", StartedAt: {}, Health: [], OOMKilled: 1 } };
    expect(read({ ...odd, NetworkSettings: [] })).toMatchObject({
      ...{ running: false, restarts: 0, startedAt: 0, oomKilled: false },
    });
    expect(read(odd)?.health).toBeUndefined();
    const shared = read({ Config: { Labels: { ...LABELS, "dsmil.tenant": "shared", "dsmil.device": "1e9" } } });
    expect(shared).not.toHaveProperty("tenant");
    expect(shared).not.toHaveProperty("device");
    expect(read({ State: { Running: true, Paused: true, StartedAt: "0001-01-01T00:00:00Z" } })).toMatchObject({
      ...{ running: false, startedAt: 0 },
    });
  });
});
