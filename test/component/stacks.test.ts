import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../infra/model/types.ts";
import { aiStack } from "../../infra/stacks/ai.ts";
import { dataStack } from "../../infra/stacks/data.ts";
import { socStack } from "../../infra/stacks/soc.ts";
import { loadManifestText } from "./manifest.ts";
import { type Registration, record } from "./record.ts";
import { rules } from "./rules.ts";

const root = resolve(import.meta.dirname, "../..");
const CONTAINER = "docker:index/container:Container";
const MANIFEST = readFileSync(join(root, "manifest.yaml"), "utf8");
const CHARLIE = `
  - id: charlie
    roe_level: ANALYSIS_ONLY
    actions: [ALERT_ONLY]
    compartments: [SOC]
    api_keys: [default]
    retention: { hot: 24h, soc: 7d, archive: 90d }
`;
const STACKS = { "node-c": dataStack, "node-a": socStack, "node-b": aiStack } as const;

async function compose(node: keyof typeof STACKS, model: Model): Promise<Registration[]> {
  const found = model.nodes.find((n) => n.id === node);
  if (found === undefined) throw new Error(`no ${node}`);
  return record(
    node,
    model.tenants.map((t) => t.id),
    () => STACKS[node]({ model, node: found, root, rules, allowDataLoss: false }),
  );
}

const byKey = (list: readonly Registration[]) => new Map(list.map((r) => [`${r.type} ${r.name}`, r.inputs]));

describe.each(Object.keys(STACKS) as (keyof typeof STACKS)[])("stack %s", (node) => {
  let two: Registration[];
  let three: Registration[];

  beforeAll(async () => {
    two = await compose(node, loadManifestText(MANIFEST));
    three = await compose(node, loadManifestText(MANIFEST.trimEnd() + CHARLIE));
  });

  it("hardens every container", () => {
    const containers = two.filter((r) => r.type === CONTAINER);
    expect(containers.length).toBeGreaterThan(2);
    for (const { name, inputs } of containers) {
      expect(inputs, name).toMatchObject({
        user: expect.stringMatching(/^1000[12]:10001$/),
        readOnly: true,
        privileged: false,
        capabilities: { drops: ["ALL"] },
        securityOpts: ["no-new-privileges"],
        restart: "always",
      });
      expect(inputs.memory, name).toBeGreaterThan(0);
      expect(inputs.memorySwap, name).toBe(inputs.memory);
      expect(Number(inputs.cpus), name).toBeGreaterThan(0);
      expect(inputs.healthcheck, name).toMatchObject({ tests: expect.arrayContaining(["CMD"]) });
      expect(inputs.logOpts, name).toMatchObject({ tag: expect.stringMatching(/^dsmil-/) });
      const labels = (inputs.labels as { label: string }[]).map((l) => l.label);
      expect(labels, name).toContain("dsmil.node");
    }
  });

  it("puts no secret into an environment, a label or a command", () => {
    for (const { inputs } of two.filter((r) => r.type === CONTAINER))
      expect(JSON.stringify(inputs)).not.toContain("hidden");
  });

  it("changes nothing that was there when a tenant is added, and adds only what is the tenant's", () => {
    const [before, after] = [byKey(two), byKey(three)];
    for (const [key, inputs] of before) expect(after.get(key), key).toEqual(inputs);
    const added = [...after.keys()].filter((k) => !before.has(k));
    expect(added.length).toBeGreaterThan(0);
    expect(added.filter((k) => !k.includes("charlie"))).toEqual([]);
  });

  it("publishes ports on the node's address only", () => {
    for (const { inputs } of two.filter((r) => r.type === CONTAINER)) {
      for (const port of (inputs.ports ?? []) as { ip: string }[]) expect(port.ip).toMatch(/^172\.20\.0\.\d+$/);
    }
  });
});

describe("tenants on a security-operations node", () => {
  it("mount their own credentials and no other tenant's", async () => {
    const all = await compose("node-a", loadManifestText(MANIFEST));
    const theirs = all.filter((r) => r.type === CONTAINER && !r.name.startsWith("dsmil-dbe-"));
    expect(theirs).toHaveLength(6);
    for (const { name, inputs } of theirs) {
      const own = name.endsWith("-alpha") ? "alpha" : "bravo";
      const other = own === "alpha" ? "bravo" : "alpha";
      const mounts = JSON.stringify(inputs.mounts);
      expect(mounts, name).toContain(`/etc/dsmil/tenants/${own}`);
      expect(mounts, name).not.toContain(other);
    }
  });
});

describe("the inference node", () => {
  it("gets hashes of API keys, never a key", async () => {
    const all = await compose("node-b", loadManifestText(MANIFEST));
    const keys = all.find((r) => r.name === "alpha-api-keys");
    expect(JSON.stringify(keys?.inputs)).toMatch(/sha256/);
    expect(JSON.stringify(keys?.inputs)).not.toContain("sk-alpha");
  });
});

describe("the bus", () => {
  const filesOf = (all: readonly Registration[], name: string) =>
    all.find((r) => r.type === "dsmil:index:NodeFiles" && r.name === name)?.inputs as
      | { path: string; uid?: number; dirMode?: string; files: Record<string, { content: string; mode: string }> }
      | undefined;

  it("gives a container a folder that says who it is, out of its own reach", async () => {
    const all = await compose("node-a", loadManifestText(MANIFEST));
    const folder = filesOf(all, "dsmil-l8-analytics-alpha-dbe");
    expect(folder).toMatchObject({ path: "/var/lib/dsmil/dbe/dsmil-l8-analytics-alpha", dirMode: "1770" });
    expect(folder?.uid ?? 0).toBe(0);
    expect(JSON.parse(folder?.files["identity.json"]?.content ?? "")).toEqual({
      container: "dsmil-l8-analytics-alpha",
      service: "l8-analytics",
      device: 52,
      tenants: ["ALPHA"],
    });
  });

  it("keeps the node's keys to the gateway's own user", async () => {
    const all = await compose("node-b", loadManifestText(MANIFEST));
    expect(filesOf(all, "node-tls")).toMatchObject({ uid: 10002, files: { value: { "tls.key": { mode: "0400" } } } });
    expect(all.find((r) => r.type === "dsmil:index:PqcNodeIdentity")?.inputs.owner).toBe("10002:10001");
    const holders = all.filter((r) => r.type === CONTAINER && JSON.stringify(r.inputs.mounts).includes("node_keys"));
    expect(holders.map((r) => r.name)).toEqual(["dsmil-dbe-gateway-node-b"]);
  });

  it("listens by the sidecar over QUIC, by the gateway over TLS", async () => {
    const ports = async (text: string) =>
      (await compose("node-b", loadManifestText(text)))
        .filter((r) => r.type === CONTAINER && r.name.startsWith("dsmil-dbe-"))
        .map((r) => [r.name, (r.inputs.ports as { external: number; protocol: string }[]).map((p) => p.protocol)]);
    expect(await ports(MANIFEST)).toEqual([
      ["dsmil-dbe-gateway-node-b", []],
      ["dsmil-dbe-quic-node-b", ["udp"]],
    ]);
    expect(await ports(MANIFEST.replace("transport: quic", "transport: tls"))).toEqual([
      ["dsmil-dbe-gateway-node-b", ["tcp"]],
    ]);
  });

  it("opens a key that a TPM seals with the tools for it", async () => {
    const sealed = MANIFEST.replace("address: 172.20.0.20,", "address: 172.20.0.20, key: { kind: tpm2 },");
    const all = await compose("node-b", loadManifestText(sealed));
    expect(all.find((r) => r.type === "dsmil:index:PqcNodeIdentity")?.inputs.sealing).toEqual({
      kind: "tpm2",
      device: "/dev/tpmrm0",
      pcrs: "sha256:0,7",
    });
    const gateway = all.find((r) => r.name === "dsmil-dbe-gateway-node-b" && r.type === CONTAINER)?.inputs;
    expect(gateway?.image).toMatch(/^dsmil-dbe-gateway-tpm:/);
    expect(gateway?.devices).toEqual([{ hostPath: "/dev/tpmrm0", containerPath: "/dev/tpmrm0" }]);
  });
});
