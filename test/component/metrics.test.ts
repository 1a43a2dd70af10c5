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
const FILES = "dsmil:index:NodeFiles";
const STACKS = { "node-a": socStack, "node-b": aiStack, "node-c": dataStack } as const;
type NodeId = keyof typeof STACKS;

const model: Model = loadManifestText(readFileSync(join(root, "manifest.yaml"), "utf8"));
const stacks = new Map<NodeId, readonly Registration[]>();

beforeAll(async () => {
  for (const node of Object.keys(STACKS) as NodeId[]) {
    const found = model.nodes.find(({ id }) => id === node);
    if (found === undefined) throw new Error(`no ${node}`);
    const tenants = model.tenants.map(({ id }) => id);
    const compose = () => STACKS[node]({ model, node: found, root, rules, allowDataLoss: false });
    stacks.set(node, await record(node, tenants, compose));
  }
}, 120_000);

const inputsOf = (node: NodeId, type: string, name: string) =>
  stacks.get(node)?.find((r) => r.type === type && r.name === name)?.inputs;

describe.each(Object.keys(STACKS) as NodeId[])("the agent of %s", (node) => {
  it("shares the node's network: no networks, no ports, as the provider reads it back", () => {
    for (const service of ["node-agent", "node-exporter"]) {
      const inputs = inputsOf(node, CONTAINER, `dsmil-${service}-${node}`);
      expect(inputs).toMatchObject({ networkMode: "host", readOnly: true, capabilities: { drops: ["ALL"] } });
      expect(inputs).not.toHaveProperty("networksAdvanced");
      expect(inputs).not.toHaveProperty("ports");
    }
  });

  it("sees the engine's files and control groups, and changes nothing: no socket, nothing writable", () => {
    const inputs = inputsOf(node, CONTAINER, `dsmil-node-agent-${node}`);
    const mounts = inputs?.mounts as { source: string; readOnly: boolean }[];
    expect(mounts.map(({ source }) => source).sort()).toEqual([
      "/etc/dsmil/agent/tenants",
      "/etc/dsmil/ca",
      "/etc/dsmil/certs/agent",
      "/sys/fs/cgroup",
      "/var/lib/docker/containers",
    ]);
    expect(mounts.every(({ readOnly }) => readOnly)).toBe(true);
    expect(inputsOf(node, CONTAINER, `dsmil-node-exporter-${node}`)?.mounts).toEqual([]);
  });

  it("is told of a tenant's containers in a file of the tenant's", () => {
    const file = inputsOf(node, FILES, "alpha-targets");
    if (node === "node-c") {
      expect(file).toBeUndefined();
      return;
    }
    expect(file).toMatchObject({ path: "/etc/dsmil/agent/tenants/alpha", dirMode: "0700" });
    expect(JSON.stringify(file)).not.toContain("bravo");
    expect(JSON.stringify(inputsOf(node, FILES, "shared-targets"))).not.toMatch(/alpha|bravo/);
  });

  it("has no operator's key on the node", () => {
    const files = stacks.get(node)?.filter(({ type }) => type === FILES) ?? [];
    expect(JSON.stringify(files)).not.toContain("operator-key");
  });
});

describe("Prometheus", () => {
  it("is published on its node, and told of changes by a signal", () => {
    const inputs = inputsOf("node-a", CONTAINER, "dsmil-prometheus");
    expect(inputs?.ports).toEqual([{ internal: 9090, external: 9090, protocol: "tcp", ip: "172.20.0.10" }]);
    const files = inputsOf("node-a", FILES, "prometheus");
    expect(files?.reload).toEqual([{ container: "dsmil-prometheus", signal: "SIGHUP" }]);
    expect(JSON.stringify(files)).toContain("RequireAndVerifyClientCert");
    // A secret as a whole, as the keys among them are.
    const certificates = inputsOf("node-a", FILES, "prometheus-tls")?.files as { value: object };
    expect(Object.keys(certificates.value).sort()).toEqual([
      ...["ca.crt", "clients-ca.crt", "self.crt", "self.key", "tls.crt", "tls.key"],
    ]);
  });
});

describe("the stores' exporters", () => {
  it("log in as users that see statistics alone, with passwords that are files", () => {
    const users = inputsOf("node-c", "dsmil:index:RedisAclUsers", "metrics")?.users as { rules: string }[];
    expect(users.map(({ rules: given }) => given)).toEqual([expect.stringMatching(/^-@all .*\+info .*resetkeys$/)]);
    expect(inputsOf("node-c", "dsmil:index:PostgresMetricsReader", "metrics")).toMatchObject({ database: "dsmil" });
    for (const service of ["redis-exporter", "postgres-exporter"]) {
      expect(JSON.stringify(inputsOf("node-c", CONTAINER, `dsmil-${service}`))).not.toContain("hidden");
      const files = Object.values(inputsOf("node-c", FILES, service)?.files as Record<string, { mode: string }>);
      expect(files.map(({ mode }) => mode)).toEqual(["0400"]);
    }
  });
});
