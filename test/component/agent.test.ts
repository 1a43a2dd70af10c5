import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { aiStack } from "../../infra/stacks/ai.ts";
import { loadManifestText } from "./manifest.ts";
import { type Registration, record } from "./record.ts";
import { rules } from "./rules.ts";

const root = resolve(import.meta.dirname, "../..");
const CONTAINER = "docker:index/container:Container";

async function compose(): Promise<Registration[]> {
  const model = loadManifestText(readFileSync(join(root, "manifest.yaml"), "utf8"));
  const node = model.nodes.find(({ id }) => id === "node-b");
  if (node === undefined) throw new Error("no node-b");
  const tenants = model.tenants.map(({ id }) => id);
  return record("node-b", tenants, () => aiStack({ model, node, root, rules, allowDataLoss: false }));
}

interface Inputs {
  readonly envs: readonly string[];
  readonly mounts: readonly { readonly source: string; readonly target: string; readonly readOnly?: boolean }[];
  readonly networksAdvanced: readonly { readonly name: string }[];
  readonly readOnly: boolean;
  readonly tmpfs: object;
}

it("the tool executor has every tenant's policy and its way onto the bus, and nothing else", async () => {
  const all = await compose();
  const inputsOf = (name: string) =>
    all.find((one) => one.type === CONTAINER && one.name === name)?.inputs as unknown as Inputs;
  const tools = inputsOf("dsmil-l7-tools");
  expect(tools.mounts.map(({ source, target }) => `${source} ${target}`).sort()).toEqual([
    "/etc/dsmil/policies/shared /run/dsmil/policy-shared",
    "/etc/dsmil/policies/tenants /run/dsmil/policy",
    "/var/lib/dsmil/dbe/dsmil-l7-tools /run/dbe",
  ]);
  expect(tools).toMatchObject({ readOnly: true, tmpfs: {}, networksAdvanced: [{ name: "metrics_net" }] });
  expect(JSON.stringify(tools.envs)).not.toMatch(/PASSWORD|SECRET|POSTGRES|REDIS|TENANT/);

  const agent = inputsOf("dsmil-l7-agent-alpha");
  expect(agent.mounts.map(({ target }) => target).sort()).toEqual([
    "/etc/dsmil/ca",
    "/run/dbe",
    "/run/dsmil/officers",
    "/run/dsmil/policy",
    "/run/dsmil/policy-shared",
    "/run/dsmil/secrets",
  ]);
  // The tenant's signing key is the routers'.
  expect(JSON.stringify(agent)).not.toContain("/etc/dsmil/l7");
  expect(JSON.stringify(agent)).not.toMatch(/bravo/i);
});
