import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../infra/model/types.ts";
import { dataStack } from "../../infra/stacks/data.ts";
import { socStack } from "../../infra/stacks/soc.ts";
import { loadManifestText } from "./manifest.ts";
import { type Registration, record } from "./record.ts";
import { rules } from "./rules.ts";

const root = resolve(import.meta.dirname, "../..");
const MANIFEST = readFileSync(join(root, "manifest.yaml"), "utf8");
const CONTAINER = "docker:index/container:Container";
const FILES = "dsmil:index:NodeFiles";
const STACKS = { "node-a": socStack, "node-c": dataStack } as const;
type NodeId = keyof typeof STACKS;

async function compose(node: NodeId, text: string): Promise<readonly Registration[]> {
  const model: Model = loadManifestText(text);
  const found = model.nodes.find(({ id }) => id === node);
  if (found === undefined) throw new Error(`no ${node}`);
  const tenants = model.tenants.map(({ id }) => id);
  return record(node, tenants, () => STACKS[node]({ model, node: found, root, rules, allowDataLoss: false }));
}

describe("Loki", () => {
  let data: readonly Registration[] = [];
  let soc: readonly Registration[] = [];
  const inputs = (all: readonly Registration[], type: string, name: string) =>
    all.find((r) => r.type === type && r.name === name)?.inputs;

  beforeAll(async () => {
    const on = MANIFEST.replace("loki: false", "loki: true");
    data = await compose("node-c", on);
    soc = await compose("node-a", on);
  }, 120_000);

  it("adds only what is its own to a node, and nothing without its switch", async () => {
    const off = await compose("node-a", MANIFEST);
    const names = (all: readonly Registration[]) => all.map(({ type, name }) => `${type} ${name}`);
    const added = names(soc).filter((name) => !names(off).includes(name));
    expect(added.map((name) => name.split(" ")[1]).sort()).toEqual([
      ...[
        "dsmil-log-shipper",
        "dsmil-log-shipper-node-a",
        "dsmil-log-shipper-positions",
        "log-shipper-tls",
        "logs_net",
      ],
    ]);
    expect(names(off).filter((name) => !names(soc).includes(name))).toEqual([]);
    expect(names(off).filter((name) => /log-(shipper|gate)|logs_net|loki/.test(name))).toEqual([]);
  });

  it("is not published, and its gate is, with digests of the tokens alone", () => {
    expect(inputs(data, CONTAINER, "dsmil-loki")).toMatchObject({
      ports: [],
      user: "10001:10001",
      networksAdvanced: [{ name: "logs_net", ipv4Address: "10.213.2.11" }],
    });
    expect(inputs(data, CONTAINER, "dsmil-log-gate")?.ports).toEqual([
      { internal: 3100, external: 3100, protocol: "tcp", ip: "172.20.0.30" },
    ]);
    const files = data.filter(({ type }) => type === FILES);
    for (const id of ["logs-operator", "alpha-logs", "bravo-logs"]) {
      expect(data.some((r) => r.type === "random:index/randomPassword:RandomPassword" && r.name === id)).toBe(true);
      expect(JSON.stringify(files)).not.toContain(`${id}-password-hidden`);
    }
    expect(inputs(data, FILES, "alpha-logs")).toMatchObject({ path: "/etc/dsmil/log-gate/tenants/alpha", uid: 10001 });
    expect(JSON.stringify(inputs(data, FILES, "alpha-logs"))).toMatch(
      /"log_tenant":\{"content":"alpha\.[0-9a-f]{10}","mode":"0444"\}/,
    );
    expect(JSON.stringify(inputs(data, FILES, "loki"))).toContain("auth_enabled: true");
    expect(JSON.stringify(inputs(data, FILES, "loki-tenants"))).toMatch(
      /alpha\.[0-9a-f]{10}:\\n.*retention_period: 168h/,
    );
  });

  it("is sent to by shippers that are root without capabilities, each with a client's certificate of its own", () => {
    expect(inputs(soc, CONTAINER, "dsmil-log-shipper-node-a")).toMatchObject({
      ...{ user: "0:0", readOnly: true, capabilities: { drops: ["ALL"] }, networksAdvanced: [{ name: "dsmil_net" }] },
    });
    expect(inputs(soc, FILES, "log-shipper-tls")).not.toHaveProperty("uid");
    const request = inputs(data, "tls:index/certRequest:CertRequest", "shipper_node-a");
    expect(request).toMatchObject({ dnsNames: ["log-shipper.node-a.dsmil.local"] });
    const signed = inputs(data, "tls:index/locallySignedCert:LocallySignedCert", "shipper_node-a");
    expect(signed?.allowedUses).toEqual(["digital_signature", "key_encipherment", "client_auth"]);
  });
});
