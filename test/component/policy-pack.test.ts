import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { checkResources, formatViolation } from "../../infra/cli/policy-pack.ts";
import { aiStack } from "../../infra/stacks/ai.ts";
import { dataStack } from "../../infra/stacks/data.ts";
import { socStack } from "../../infra/stacks/soc.ts";
import { evaluate } from "../../policies/pack/evaluate.ts";
import { factsOf } from "../../policies/pack/facts.ts";
import { POLICIES } from "../../policies/pack/policies.ts";
import type { Resource } from "../../policies/pack/policy.ts";
import { loadManifestText } from "./manifest.ts";
import { record } from "./record.ts";
import { rules } from "./rules.ts";

const root = resolve(import.meta.dirname, "../..");
// What is off by default keeps to the policies, too; the text has the same lines.
const MANIFEST = readFileSync(join(root, "manifest.yaml"), "utf8").replace("loki: false", "loki: true");
const model = loadManifestText(MANIFEST);
const facts = factsOf(model);
const STACKS = { "node-c": dataStack, "node-a": socStack, "node-b": aiStack } as const;
const recorded: Resource[] = [];

beforeAll(async () => {
  const [limit, tenants] = [Error.stackTraceLimit, model.tenants.map(({ id }) => id)];
  Error.stackTraceLimit = 0;
  for (const node of model.nodes) {
    const stack = STACKS[node.id as keyof typeof STACKS];
    const seen = await record(node.id, tenants, () => stack({ model, node, root, rules, allowDataLoss: false }));
    recorded.push(...seen.map(({ type, name, inputs }) => ({ type, name, props: inputs })));
  }
  Error.stackTraceLimit = limit;
}, 60_000);

/** The recorded resource with some properties changed; `undefined` removes one. */
function broken(name: string, type: string, props: Readonly<Record<string, unknown>>): Resource {
  const found = recorded.find((r) => r.name === name && r.type === type);
  if (found === undefined) throw new Error(`no ${type} ${name} was recorded`);
  const next = { ...found.props, ...props };
  return { ...found, props: Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined)) };
}

const CONTAINER = "docker:index/container:Container";
const soar = (props: Readonly<Record<string, unknown>>) => broken("dsmil-l8-soar-alpha", CONTAINER, props);
const crypto = (props: Readonly<Record<string, unknown>>) => broken("dsmil-l8-crypto", CONTAINER, props);
const labelled = (change: Readonly<Record<string, string | undefined>>) =>
  Object.entries({ "dsmil.tenant": "alpha", "dsmil.node": "node-a", "dsmil.service": "l8-soar", ...change }).flatMap(
    ([label, value]) => (value === undefined ? [] : [{ label, value }]),
  );
const mount = (source: string) => ({ mounts: [{ type: "bind", source, target: "/x", readOnly: true }] });
const port = (ip?: string) => ({ ports: [{ internal: 8080, external: 9555, protocol: "tcp", ...(ip && { ip }) }] });
const ingest = (props: Readonly<Record<string, unknown>>) => broken("dsmil-l3-router-alpha", CONTAINER, props);
const redis = (name: string, rules: string) =>
  broken("alpha", "dsmil:index:RedisAclUsers", { users: [{ name, password: "hidden", rules }] });

/** Policy → one field broken at a time. */
const BREACHES: Readonly<Record<string, readonly (() => Resource)[]>> = {
  "restart-policy": [() => soar({ restart: "no" }), () => soar({ restart: undefined })],
  "health-check": [
    () => soar({ healthcheck: undefined }),
    () => soar({ healthcheck: { tests: ["NONE"] } }),
    () => soar({ healthcheck: { tests: ["CMD"] } }),
  ],
  "memory-limit": [() => soar({ memory: undefined }), () => soar({ memory: 0 }), () => soar({ memorySwap: -1 })],
  "log-tag": [
    () => soar({ logDriver: "none" }),
    () => soar({ logOpts: { tag: "soar", "max-size": "10m", "max-file": "3" } }),
    () => soar({ logOpts: { tag: "dsmil-l8-soar-alpha" } }),
  ],
  labels: [
    () => crypto({ labels: labelled({ "dsmil.tenant": undefined, "dsmil.service": "l8-crypto" }) }),
    () => soar({ labels: labelled({ "dsmil.node": undefined }) }),
    () => soar({ labels: labelled({ "dsmil.node": "node-z" }) }),
    () => soar({ labels: labelled({ "dsmil.service": undefined }) }),
  ],
  "read-only-root": [() => soar({ readOnly: false }), () => soar({ readOnly: undefined })],
  privileges: [
    () => soar({ privileged: true }),
    () => soar({ securityOpts: [] }),
    () => soar({ pidMode: "host" }),
    () => soar({ ipcMode: "host" }),
    () => soar({ user: "0:0" }),
    () => soar({ user: "root" }),
    () => soar({ user: undefined }),
  ],
  capabilities: [
    () => soar({ capabilities: undefined }),
    () => soar({ capabilities: { drops: ["ALL"], adds: ["NET_ADMIN"] } }),
  ],
  "engine-socket": [
    () => crypto(mount("/var/run/docker.sock")),
    () => crypto(mount("/run/../run/docker.sock")),
    () => crypto({ volumes: [{ hostPath: "/run/" }] }),
  ],
  "host-network": [() => soar({ networkMode: "host" }), () => soar({ networkMode: "container:other" })],
  "public-ports": [
    () => soar(port("172.20.0.10")),
    () => crypto({ ...port("172.20.0.10"), networksAdvanced: [{ name: "public_api_net" }] }),
    () => ingest(port()),
    () => ingest(port("0.0.0.0")),
    () => ingest(port("172.20.0.20")),
  ],
  "tenant-mounts": [
    () => soar(mount("/etc/dsmil/tenants/bravo")),
    () => soar(mount("/etc/dsmil/tenants")),
    () => soar(mount("/etc/dsmil/tenants/bravo/../alpha")),
    () => soar({ volumes: [{ volumeName: "dsmil-hotpath-bravo" }] }),
    () => crypto(mount("/etc/dsmil/tenants/alpha")),
    () => crypto(mount("/etc/dsmil/")),
  ],
  "tenant-networks": [
    () => soar({ networksAdvanced: [{ name: "dsmil_net" }, { name: "public_api_net" }] }),
    () => broken("dsmil_net", "dsmil:index:NodeNetwork", { options: {} }),
  ],
  "tenant-credentials": [
    () => soar({ envs: ["REDIS_USER=bravo_reader"] }),
    () => soar({ envs: ["TENANT_ID=BRAVO"] }),
    () => soar({ envs: ["POSTGRES_SCHEMA=dsmil_bravo"] }),
    () => crypto({ envs: ["POSTGRES_USER=alpha_app"] }),
    () => redis("bravo_reader", "-@all +xread ~ALPHA_*"),
    () => redis("alpha_reader", "-@all +xread ~ALPHA_* %R~BRAVO_*"),
    () => redis("alpha_reader", "-@all +xread ~*"),
    () => redis("alpha_reader", "-@all +xread allkeys"),
    () => broken("alpha", "dsmil:index:RedisStreams", { streams: [{ key: "BRAVO_L3_IN", groups: [] }] }),
    () => broken("alpha", "dsmil:index:QdrantTenantCollections", { collections: [{ name: "bravo_events" }] }),
  ],
};

describe("the policy pack", () => {
  it("finds nothing in what the stacks declare", () => {
    expect(recorded.length).toBeGreaterThan(300);
    expect(evaluate(recorded, facts)).toEqual([]);
  });

  it("has a breach for every policy", () => {
    expect(Object.keys(BREACHES).sort()).toEqual(POLICIES.map(({ name }) => name).sort());
  });

  it.each(Object.entries(BREACHES).flatMap(([rule, list]) => list.map((make, i) => [rule, i + 1, make] as const)))(
    "%s: refuses breach %i, and no other policy does",
    (rule, _, make) => {
      const resource = make();
      const found = evaluate([resource], facts);
      expect(found.length).toBeGreaterThan(0);
      expect([...new Set(found.map((v) => v.rule))]).toEqual([rule]);
      expect(found[0]).toMatchObject({ type: resource.type, resource: resource.name });
    },
  );

  it("says rule, resource and the manifest's line", () => {
    const line = MANIFEST.split("\n").findIndex((text) => text.includes("{ id: l8-crypto,")) + 1;
    const [found] = checkResources(model, [crypto({ privileged: true })]);
    expect(found && formatViolation(found)).toMatch(
      new RegExp(
        `^policy privileges: dsmil-l8-crypto: it is privileged.* \\(.*manifest\\.yaml:${line}:5  services\\[\\d+\\]\\)$`,
      ),
    );
  });

  it("never repeats a secret", () => {
    expect(JSON.stringify(evaluate([redis("alpha_reader", "+@all ~*")], facts))).not.toContain("hidden");
  });
});
