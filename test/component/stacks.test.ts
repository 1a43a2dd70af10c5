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
        user: expect.stringMatching(
          [`dsmil-node-agent-${node}`, `dsmil-control-api-${node}`].includes(name) ? /^0:0$/ : /^1000[12]:10001$/,
        ),
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
    const model = loadManifestText(MANIFEST);
    const all = await compose("node-a", model);
    const theirs = all.filter((r) => r.type === CONTAINER && /-(?:alpha|bravo)$/.test(r.name));
    const services = model.services.filter((s) => s.scope === "tenant" && s.node === "node-a");
    expect(services.map((s) => s.id)).toEqual(expect.arrayContaining(["l3-router", "l8-analytics", "l8-advml"]));
    expect(theirs).toHaveLength(2 * services.length);
    for (const { name, inputs } of theirs) {
      const own = name.endsWith("-alpha") ? "alpha" : "bravo";
      const other = own === "alpha" ? "bravo" : "alpha";
      const mounts = JSON.stringify(inputs.mounts);
      expect(mounts, name).toContain(`/etc/dsmil/tenants/${own}`);
      expect(mounts, name).not.toContain(other);
    }
  });
});

describe("the adversarial ML defence", () => {
  it("has a group on SOC_EVENTS, the stores and the bus, and the tenant's folder says who it is", async () => {
    const data = await compose("node-c", loadManifestText(MANIFEST));
    const streams = data.find((r) => r.type === "dsmil:index:RedisStreams" && r.name === "alpha")?.inputs.streams;
    const socEvents = (streams as { key: string; groups: string[] }[]).find(({ key }) => key === "ALPHA_SOC_EVENTS");
    expect(socEvents?.groups).toContain("l8-advml");
    const soc = await compose("node-a", loadManifestText(MANIFEST));
    const inputs = soc.find((r) => r.type === CONTAINER && r.name === "dsmil-l8-advml-bravo")?.inputs;
    for (const variable of [
      ...["DEVICE_ID=51", "TENANT_ID=BRAVO", "REDIS_USER=bravo_writer", "POSTGRES_SCHEMA=dsmil_bravo"],
      ...["REDIS_STREAM_SOC_EVENTS=BRAVO_SOC_EVENTS", "RETENTION_ARCHIVE_DAYS=90"],
    ]) {
      expect(inputs?.envs).toContain(variable);
    }
    expect(inputs).toMatchObject({ memory: 128, memorySwap: 128, cpus: "0.5" });
    const folder = soc.find((r) => r.type === "dsmil:index:NodeFiles" && r.name === "dsmil-l8-advml-bravo-dbe")?.inputs;
    expect(JSON.stringify(folder)).toContain('\\"tenants\\": [\\n    \\"BRAVO\\"');
  });
});

describe("secure enclave management", () => {
  it("serves the fleet: how keys are to be kept, and no folder with a private key", async () => {
    const soc = await compose("node-a", loadManifestText(MANIFEST));
    const inputs = soc.find((r) => r.type === CONTAINER && r.name === "dsmil-l8-enclave")?.inputs;
    expect(inputs?.envs).toContain("DEVICE_ID=56");
    const mounts = inputs?.mounts as { source: string; readOnly: boolean }[];
    expect(mounts.map(({ source, readOnly }) => `${source}${readOnly ? "" : " rw"}`).sort()).toEqual([
      "/etc/dsmil/ca",
      "/etc/dsmil/dbe/tenants",
      "/etc/dsmil/enclave",
      "/etc/dsmil/peer_keys",
      "/var/lib/dsmil/dbe/dsmil-l8-enclave rw",
    ]);
    const files = soc.find((r) => r.type === "dsmil:index:NodeFiles" && r.name === "enclave")?.inputs;
    const text = JSON.stringify(files);
    for (const part of ["enclave.json", "models.sig", '\\"node-a\\": \\"file\\"', "audit-reader-hidden"]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain("key-hidden");
  });

  it("is a service that can be left out", async () => {
    const without = MANIFEST.replace(/^.*id: l8-enclave,.*\n/m, "");
    const soc = await compose("node-a", loadManifestText(without));
    expect(soc.filter((r) => r.name.includes("enclave"))).toEqual([]);
  });
});

describe("threat intelligence, habits and network security", () => {
  it("have a group on SOC_EVENTS, the stores, their tenant's feeds and no other's", async () => {
    const data = await compose("node-c", loadManifestText(MANIFEST));
    const streams = data.find((r) => r.type === "dsmil:index:RedisStreams" && r.name === "alpha")?.inputs.streams;
    const socEvents = (streams as { key: string; groups: string[] }[]).find(({ key }) => key === "ALPHA_SOC_EVENTS");
    expect(socEvents?.groups).toContain("l8-signals");
    const soc = await compose("node-a", loadManifestText(MANIFEST));
    const files = (name: string) => soc.find((r) => r.type === "dsmil:index:NodeFiles" && r.name === name)?.inputs;
    const laid = files("alpha-feeds");
    expect(laid).toMatchObject({
      node: "node-a",
      path: "/etc/dsmil/feeds/alpha",
      uid: 10001,
      gid: 10001,
      dirMode: "0700",
    });
    const contents = (laid?.files ?? {}) as Readonly<Record<string, { readonly content: string }>>;
    expect(Object.keys(contents).sort()).toEqual(["feed-example.csv", "feeds.json"]);
    expect(JSON.parse(contents["feeds.json"]?.content ?? "")).toEqual({
      tenant: "ALPHA",
      feeds: [
        {
          id: "example",
          kind: "csv",
          confidence: 50,
          file: "feed-example.csv",
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      ],
    });
    expect(JSON.stringify(files("bravo-feeds"))).not.toMatch(/alpha|example/i);
    const inputs = soc.find((r) => r.type === CONTAINER && r.name === "dsmil-l8-signals-alpha")?.inputs;
    expect(inputs?.envs).toEqual(
      expect.arrayContaining(["DEVICE_ID=54", "TENANT_ID=ALPHA", "REDIS_USER=alpha_writer"]),
    );
    expect(inputs).toMatchObject({ memory: 256, memorySwap: 256, cpus: "0.5" });
    const mounts = inputs?.mounts as { source: string; readOnly: boolean }[];
    expect(mounts.map(({ source, readOnly }) => `${source}${readOnly ? "" : " rw"}`).sort()).toEqual([
      ...["/etc/dsmil/ca", "/etc/dsmil/feeds/alpha", "/etc/dsmil/tenants/alpha"],
    ]);
  });

  it("reach a TAXII server with what the operator laid in the tenant's folder", async () => {
    const feed =
      "{ id: cert, kind: taxii, url: 'https://taxii.example/c/1/', every: 1m, token_file: /etc/dsmil-feeds/alpha/cert.token }";
    const soc = await compose("node-a", loadManifestText(MANIFEST.replace(/feeds: \[.*\]/, `feeds: [${feed}]`)));
    const laid = soc.find((r) => r.type === "dsmil:index:NodeFiles" && r.name === "alpha-feeds")?.inputs;
    expect(JSON.stringify(laid?.files)).toContain('\\"every_seconds\\": 60,\\n      \\"token\\": \\"cert.token\\"');
    const inputs = soc.find((r) => r.type === CONTAINER && r.name === "dsmil-l8-signals-alpha")?.inputs;
    expect(JSON.stringify(inputs?.mounts)).toContain(
      '"source":"/etc/dsmil-feeds/alpha","target":"/run/dsmil/feed-access"',
    );
  });
});

describe("the crypto watcher", () => {
  it("serves the fleet: certificates without keys, the audit reader's password, no tenant's credentials", async () => {
    const soc = await compose("node-a", loadManifestText(MANIFEST));
    const inputs = soc.find((r) => r.type === CONTAINER && r.name === "dsmil-l8-crypto")?.inputs;
    expect(inputs).toMatchObject({ memory: 96, memorySwap: 96, cpus: "0.5" });
    expect(inputs?.envs).toContain("DEVICE_ID=53");
    const mounts = inputs?.mounts as { source: string; readOnly: boolean }[];
    expect(mounts.map(({ source, readOnly }) => `${source}${readOnly ? "" : " rw"}`).sort()).toEqual([
      "/etc/dsmil/ca",
      "/etc/dsmil/crypto",
      "/etc/dsmil/dbe/tenants",
      "/etc/dsmil/peer_keys",
      "/var/lib/dsmil/dbe/dsmil-l8-crypto rw",
    ]);
    const files = soc.find((r) => r.type === "dsmil:index:NodeFiles" && r.name === "crypto")?.inputs;
    expect(files).toMatchObject({ path: "/etc/dsmil/crypto", uid: 10001, dirMode: "0700" });
    const text = JSON.stringify(files);
    for (const part of ["redis-cert", "node-a-mldsa87.pub", "audit-reader-hidden", "rotation_seconds"]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain("key-hidden");
  });

  it("is shown what the manifest has, not what the data stack still has: a plan tells of it", async () => {
    const certificates = async (manifest: string) => {
      const soc = await compose("node-a", loadManifestText(manifest));
      const files = soc.find((r) => r.type === "dsmil:index:NodeFiles" && r.name === "crypto")?.inputs?.files;
      return JSON.stringify(files);
    };
    expect(await certificates(MANIFEST)).toContain("shrink-cert");
    expect(await certificates(MANIFEST.replace("mode: tagged", "mode: off"))).not.toContain("shrink-cert");
  });

  it("is a service that can be left out", async () => {
    const without = MANIFEST.replace(/^.*id: l8-crypto,.*\n/m, "");
    const soc = await compose("node-a", loadManifestText(without));
    expect(soc.filter((r) => r.name.includes("crypto"))).toEqual([]);
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

describe("a tenant's ingest", () => {
  const without = MANIFEST.replace("    ingest_port: 8602\n", "");

  it("is published where the tenant has a port, with a buffer on a disk and the token's digest alone", async () => {
    const all = await compose("node-a", loadManifestText(without));
    const container = (tenant: string) =>
      all.find((r) => r.type === CONTAINER && r.name === `dsmil-l3-router-${tenant}`)?.inputs;
    expect(container("alpha")?.ports).toEqual([{ internal: 8443, external: 8601, protocol: "tcp", ip: "172.20.0.10" }]);
    expect(container("alpha")?.envs).toContain("INGEST_PORT=8443");
    expect(JSON.stringify(container("alpha")?.mounts)).toContain("dsmil-ingest-alpha");
    expect(container("bravo")?.ports).toEqual([]);
    expect(JSON.stringify(container("bravo"))).not.toContain("ingest");
    const volume = all.find((r) => r.type === "docker:index/volume:Volume" && r.name === "dsmil-ingest-alpha");
    expect(volume?.inputs.driverOpts).toEqual({});
    const door = all.find((r) => r.name === "alpha-ingest")?.inputs;
    expect(JSON.stringify(door)).not.toContain("alpha-ingest-hidden");
    expect(door).toMatchObject({ path: "/etc/dsmil/ingest/alpha", uid: 10001, dirMode: "0700" });
    expect(all.some((r) => r.name === "bravo-ingest")).toBe(false);
  });

  it("has a certificate of its own", async () => {
    const all = await compose("node-c", loadManifestText(without));
    const request = all.find((r) => r.type === "tls:index/certRequest:CertRequest" && r.name === "ingest_alpha");
    expect(request?.inputs).toMatchObject({
      dnsNames: ["ingest-alpha.dsmil.local", "node-a.dsmil.local"],
      ipAddresses: ["172.20.0.10"],
    });
    expect(all.some((r) => r.name === "ingest_bravo")).toBe(false);
  });

  it("cannot have a port that is taken", () => {
    const clash = MANIFEST.replace("ingest_port: 8602", "ingest_port: 8601");
    expect(() => loadManifestText(clash)).toThrow(/port 8601 of node-a is taken by tenants\[0\].ingest_port/);
  });
});

describe("SHRINK", () => {
  const mode = (to: string) => MANIFEST.replace("mode: tagged", `mode: ${to}`);
  const own = mode("per_tenant")
    .replace("    ingest_port: 8601\n", "    ingest_port: 8601\n    shrink_port: 8511\n")
    .replace("    ingest_port: 8602\n", "    ingest_port: 8602\n    shrink_port: 8512\n");
  const containers = (all: readonly Registration[]) =>
    all.filter((r) => r.type === CONTAINER && r.name.startsWith("dsmil-shrink"));
  const analytics = (all: readonly Registration[]) =>
    all.find((r) => r.type === CONTAINER && r.name === "dsmil-l8-analytics-alpha")?.inputs;
  const DOOR = { source: "/var/lib/dsmil/shrink/alpha", target: "/run/shrink", readOnly: true };

  it("is one container for all tenants, which each reach by a folder of their own", async () => {
    const all = await compose("node-a", loadManifestText(MANIFEST));
    const [shrink, ...others] = containers(all);
    expect(others).toEqual([]);
    expect(shrink?.name).toBe("dsmil-shrink");
    expect(shrink?.inputs.ports).toEqual([{ internal: 8500, external: 8500, protocol: "tcp", ip: "172.20.0.10" }]);
    expect(analytics(all)?.mounts).toContainEqual(expect.objectContaining(DOOR));
    expect(analytics(all)?.envs).toContain("SHRINK_SOCKET=/run/shrink/shrink.sock");
    const names = all.filter((r) => r.type === "dsmil:index:NodeFiles").map(({ name }) => name);
    const folders = ["shrink-tenants", "shrink-sockets", "shrink-tls", "alpha-shrink", "bravo-shrink"];
    expect(names).toEqual(expect.arrayContaining([...folders, "alpha-shrink-socket", "bravo-shrink-socket"]));
    expect(JSON.stringify(all.map(({ inputs }) => inputs))).not.toContain("alpha-shrink-hidden");
  });

  it("is a container for each tenant by a switch, which sees that tenant alone", async () => {
    const all = await compose("node-a", loadManifestText(own));
    expect(containers(all).map(({ name }) => name)).toEqual(["dsmil-shrink-alpha", "dsmil-shrink-bravo"]);
    const [alpha] = containers(all);
    expect(alpha?.inputs.ports).toEqual([{ internal: 8500, external: 8511, protocol: "tcp", ip: "172.20.0.10" }]);
    expect(alpha?.inputs.networksAdvanced).toEqual([{ name: "dsmil_net" }]);
    const sources = ((alpha?.inputs.mounts ?? []) as { source: string }[]).map(({ source }) => source);
    expect(sources.filter((source) => source.includes("shrink"))).toEqual([
      "/etc/dsmil/certs/shrink-alpha",
      "/etc/dsmil/shrink/alpha",
      "/var/lib/dsmil/shrink/alpha",
    ]);
    expect(analytics(all)?.mounts).toContainEqual(expect.objectContaining(DOOR));
    const names = all.map(({ name }) => name);
    expect(names).not.toContain("shrink-tenants");
    const data = (await compose("node-c", loadManifestText(own))).map(({ name }) => name);
    expect(data).toEqual(expect.arrayContaining(["shrink_alpha", "shrink_bravo"]));
    expect(data).not.toContain("shrink");
  });

  it("is not there by a switch, and nobody looks for it", async () => {
    const all = await compose("node-a", loadManifestText(mode("off")));
    expect(all.filter(({ name }) => name.includes("shrink"))).toEqual([]);
    expect(JSON.stringify(analytics(all)?.envs)).not.toContain("SHRINK_SOCKET");
  });

  it("wants a port of each tenant that has its own", () => {
    expect(() => loadManifestText(mode("per_tenant"))).toThrow(/tenants\[0\].*has no "shrink_port"/);
    const clash = own.replace("shrink_port: 8512", "shrink_port: 8601");
    expect(() => loadManifestText(clash)).toThrow(/port 8601 of node-a is taken/);
  });
});

describe("the alertmanager", () => {
  const told = MANIFEST.replace(
    "alerts:\n  webhooks: []\n",
    "alerts:\n  webhooks: [{ id: ops, url: 'https://ops.example/x', token_file: /etc/dsmil-alerts/ops.token }]\n",
  );
  const files = (all: readonly Registration[], name: string) =>
    all.find((r) => r.type === "dsmil:index:NodeFiles" && r.name === name)?.inputs;

  it("stands on the SOC node, and is reached with TLS on its address", async () => {
    const all = await compose("node-a", loadManifestText(MANIFEST));
    const container = all.find((r) => r.type === CONTAINER && r.name === "dsmil-alertmanager")?.inputs;
    expect(container?.ports).toEqual([{ internal: 9093, external: 9093, protocol: "tcp", ip: "172.20.0.10" }]);
    expect(container?.command).toEqual(["--web.external-url=https://alertmanager.dsmil.local:9093"]);
    expect(JSON.stringify(container?.mounts)).not.toContain("alert-access");
    expect(JSON.stringify(files(all, "alertmanager-tls")?.files)).toContain("alertmanager-key-hidden");
  });

  it("takes a change of who is told without a restart, and secrets are files of the operator's", async () => {
    const all = await compose("node-a", loadManifestText(told));
    const config = files(all, "alertmanager");
    expect(config?.reload).toEqual([{ container: "dsmil-alertmanager", signal: "SIGHUP" }]);
    expect(JSON.stringify(config?.files)).toContain("credentials_file: /run/dsmil/alert-access/ops.token");
    const container = all.find((r) => r.type === CONTAINER && r.name === "dsmil-alertmanager")?.inputs;
    expect(container?.mounts).toContainEqual({
      ...{ type: "bind", source: "/etc/dsmil-alerts", target: "/run/dsmil/alert-access", readOnly: true },
    });
  });
});
