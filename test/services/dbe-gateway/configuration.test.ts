import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Configuration } from "../../../images/dbe-gateway/src/routes/configuration.ts";
import { parseGatewayFile } from "../../../images/dbe-gateway/src/routes/gateway-file.ts";
import { parseTenantFile } from "../../../images/dbe-gateway/src/routes/tenant-file.ts";
import { parseFolderIdentity } from "../../../images/runtime/dbe/local/folder-identity.ts";
import { quiet } from "./support/fleet.ts";
import { certificate, keyId, newKey } from "./support/keys.ts";

const root = newKey();
const [alpha, bravo, officer, peer] = [newKey(), newKey(), newKey(), newKey()];
const own = process.getuid?.() ?? 0;

const gateway = {
  ...{ node: "node-a", domain: "fleet.test", transport: "tls", root: root.publicKey },
  rotation: { seconds: 3600, messages: 1000 },
  peers: [{ node: "node-b", address: "172.20.0.20", port: 8100 }],
  devices: { "52": "node-a", "47": "node-b" },
  revoked: ["node-c", "ab".repeat(32)],
};
const tenant = {
  ...{ tenant: "ALPHA", roe_level: "SOC_ASSIST", compartments: ["SOC", "SIGNALS"], classification: "SECRET" },
  devices: { "52": "node-a" },
  officers: [{ id: keyId(officer), publicKey: officer.publicKey, person: "ann" }],
  certificate: certificate(root, "tenant", "alpha", alpha),
};
const without = (object: object, key: string): object =>
  Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));

describe("gateway.json", () => {
  const parse = (changes: object) => parseGatewayFile(JSON.stringify({ ...gateway, ...changes }), "node-a");

  it("is read whole; the node itself may be among the peers", () => {
    const self = { node: "node-a", address: "172.20.0.10", port: 8100 };
    const read = parse({ peers: [self, ...gateway.peers] });
    expect([...read.peers.keys()]).toEqual(["node-b"]);
    expect(read.devices.get(47)).toBe("node-b");
    expect(read.revoked.has("node-c")).toBe(true);
  });

  it.each<[string, object, RegExp]>([
    ["of another node", { node: "node-b" }, /"node" .* is node-b, this is node-a/],
    ["with a root that is no key", { root: "00" }, /"root"/],
    ["with another transport", { transport: "tcp" }, /"transport"/],
    ["with a port out of range", { peers: [{ ...gateway.peers[0], port: 0 }] }, /"port" of a peer/],
    ["with a peer twice", { peers: [gateway.peers[0], gateway.peers[0]] }, /names node-b twice/],
    ["with a device out of range", { devices: { "104": "node-a" } }, /"devices" .* 104/],
    ["with device 0", { devices: { "0": "node-a" } }, /"devices"/],
    ["with a rotation of nothing", { rotation: { seconds: 0, messages: 1 } }, /"seconds" of rotation/],
    ["with an unknown key", { allow: "*" }, /unknown key "allow"/],
    ["with a revocation that is none", { revoked: ["*"] }, /"revoked"/],
  ])("%s is refused", (_what, changes, message) => {
    expect(() => parse(changes)).toThrow(message);
  });

  it.each(Object.keys(gateway))("without %s is refused", (key) => {
    expect(() => parseGatewayFile(JSON.stringify(without(gateway, key)), "node-a")).toThrow();
  });
});

describe("a tenant's file", () => {
  const now = Date.now();
  const parse = (changes: object) =>
    parseTenantFile(JSON.stringify({ ...tenant, ...changes }), "alpha", root.publicKey, now);

  it("becomes masks and levels, with a key that the root certified", () => {
    const { roeLevel, compartments, classification, devices, officers, claimKey } = parse({});
    expect({ roeLevel, compartments, classification }).toEqual({ roeLevel: 1, compartments: 3, classification: 3 });
    expect([devices?.has(52), devices?.has(47), officers.size]).toEqual([true, false, 1]);
    expect(claimKey?.publicKey).toBe(alpha.publicKey);
  });

  it.each<[string, object, RegExp]>([
    ["of another tenant", { tenant: "BRAVO" }, /is BRAVO, the file is that of ALPHA/],
    ["with an unknown compartment", { compartments: ["SOC", "ALL"] }, /"compartments"/],
    ["with a compartment from the prototype", { compartments: ["toString"] }, /"compartments"/],
    ["with an unknown level", { roe_level: "KINETIC" }, /"roe_level"/],
    ["with an unknown classification", { classification: 4 }, /"classification"/],
    ["with another tenant's certificate", { certificate: certificate(root, "tenant", "bravo", bravo) }, /tenant alpha/],
    ["with a node's certificate", { certificate: certificate(root, "node", "alpha", alpha) }, /tenant alpha/],
    ["certified by another root", { certificate: certificate(bravo, "tenant", "alpha", alpha) }, /not signed/],
    ["with an officer's key of another id", { officers: [{ ...tenant.officers[0], id: "00".repeat(32) }] }, /"id"/],
    ["with an officer twice", { officers: [tenant.officers[0], tenant.officers[0]] }, /twice/],
    ["with an unknown key", { roe: "x" }, /unknown key/],
  ])("%s is refused", (_what, changes, message) => {
    expect(() => parse(changes)).toThrow(message);
  });
});

describe("a container's identity", () => {
  const identity = { container: "c", service: "s", device: 52, tenants: ["ALPHA"] };
  it.each([
    { device: 0 },
    { device: 104 },
    { tenants: "ALPHA" },
    { tenants: ["alpha"] },
    { tenants: ["*"] },
    { more: 1 },
  ])("%j is refused", (changes) => {
    expect(() => parseFolderIdentity(JSON.stringify({ ...identity, ...changes }))).toThrow();
  });
});

describe("the watched files", () => {
  let dir: string;
  let configuration: Configuration;
  beforeAll(() => {
    dir = mkdtempSync("/tmp/dsmil-configuration-");
    for (const folder of ["tenants", "peer_keys", "run"]) mkdirSync(`${dir}/${folder}`);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  beforeEach(async () => {
    for (const folder of ["tenants", "peer_keys", "run"]) {
      for (const name of readdirSync(`${dir}/${folder}`)) rmSync(`${dir}/${folder}/${name}`, { recursive: true });
    }
    write("gateway.json", JSON.stringify(gateway));
    write("tenants/alpha/policy.json", JSON.stringify(tenant));
    write("peer_keys/node-b-mldsa87.pub", `${certificate(root, "node", "node-b", peer)}\n`);
    const paths = {
      ...{ gatewayFile: `${dir}/gateway.json`, tenantsDir: `${dir}/tenants`, peerKeysDir: `${dir}/peer_keys` },
      ...{ foldersDir: `${dir}/run`, foldersOwner: own },
    };
    configuration = new Configuration("node-a", paths, quiet());
    await configuration.look();
  });
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(`${dir}/${path}`), { recursive: true });
    writeFileSync(`${dir}/${path}`, text);
  };
  const folder = (name: string, mode: number, fileMode = 0o644): void => {
    mkdirSync(`${dir}/run/${name}`);
    const text = JSON.stringify({ container: name, service: "s", device: 52, tenants: "*" });
    writeFileSync(`${dir}/run/${name}/identity.json`, text);
    chmodSync(`${dir}/run/${name}/identity.json`, fileMode);
    chmodSync(`${dir}/run/${name}`, mode);
  };

  it("are told with what changed, and with nothing when nothing did", async () => {
    const told: unknown[] = [];
    configuration.on("changed", (changes) => told.push(changes));
    await configuration.look();
    expect(told).toEqual([]);
    write("tenants/bravo/policy.json", JSON.stringify({ ...without(tenant, "certificate"), tenant: "BRAVO" }));
    await configuration.look();
    rmSync(`${dir}/tenants/alpha`, { recursive: true });
    await configuration.look();
    expect(told).toMatchObject([{ tenants: ["bravo"] }, { tenants: ["alpha"] }]);
    expect([...configuration.tenants.keys()]).toEqual(["BRAVO"]);
  });

  it("keep what they said when they break, one by one", async () => {
    write("tenants/alpha/policy.json", "{");
    write("gateway.json", JSON.stringify({ ...gateway, node: "node-x" }));
    write("peer_keys/node-b-mldsa87.pub", certificate(bravo, "node", "node-b", bravo));
    await configuration.look();
    expect(Object.keys(configuration.problems).sort()).toEqual(["gateway.json", "peer_keys/node-b", "tenants/alpha"]);
    expect(configuration.check().ok).toBe(false);
    expect(configuration.tenants.has("ALPHA")).toBe(true);
    expect(configuration.pinned("node-b")?.publicKey).toBe(peer.publicKey);
    rmSync(`${dir}/gateway.json`);
    await configuration.look();
    expect(configuration.settings.node).toBe("node-a");
    expect(configuration.problems["gateway.json"]).toContain("is missing");
  });

  it("a folder that cannot be read keeps all that it held", async () => {
    rmSync(`${dir}/tenants`, { recursive: true });
    await configuration.look();
    expect(configuration.tenants.has("ALPHA")).toBe(true);
    expect(configuration.check().ok).toBe(false);
    mkdirSync(`${dir}/tenants`);
  });

  it("pin a key only for a node that is a peer, and know what is revoked", () => {
    expect(configuration.pinned("node-c")).toBeUndefined();
    expect(configuration.revoked("node-c", peer.publicKey)).toBe(true);
    expect(configuration.revoked("node-b", peer.publicKey)).toBe(false);
  });

  it("name a container only where it could not have done so itself", async () => {
    folder("closed", 0o755);
    folder("sticky", 0o1777);
    folder("open", 0o777);
    folder("writable", 0o755, 0o666);
    await configuration.look();
    expect([...configuration.folders.keys()]).toEqual(["closed", "sticky"]);
    expect(configuration.problems["folders/open"]).toContain("lets identity.json be replaced");
    expect(configuration.problems["folders/writable"]).toContain("not the deployer's alone");
  });

  it("without a first gateway.json there is no start", async () => {
    rmSync(`${dir}/gateway.json`);
    const paths = {
      ...{ gatewayFile: `${dir}/gateway.json`, tenantsDir: `${dir}/tenants`, peerKeysDir: `${dir}/peer_keys` },
      ...{ foldersDir: `${dir}/run`, foldersOwner: own },
    };
    await expect(new Configuration("node-a", paths, quiet()).look()).rejects.toThrow(/gateway\.json is missing/);
  });
});
