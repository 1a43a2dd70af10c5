import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { NodePolicies } from "../../infra/components/node-policies.ts";
import type { Container } from "../../infra/model/types.ts";
import { aiStack } from "../../infra/stacks/ai.ts";
import { dataStack } from "../../infra/stacks/data.ts";
import { DataStack } from "../../infra/stacks/outputs.ts";
import { socStack } from "../../infra/stacks/soc.ts";
import { loadManifestText } from "./manifest.ts";
import { record } from "./record.ts";
import { rules } from "./rules.ts";

const root = resolve(import.meta.dirname, "../..");
const MANIFEST = readFileSync(join(root, "manifest.yaml"), "utf8");
const EDITED = MANIFEST.replace("actions: [ISOLATE_HOST, BLOCK_DOMAIN]", "actions: [BLOCK_IP]");
const STACKS = { "node-c": dataStack, "node-a": socStack, "node-b": aiStack } as const;
const CONTAINER = "docker:index/container:Container";

/** @param signed what the data stack signed; without it what it signs at first */
async function compose(id: keyof typeof STACKS, manifest: string, signed?: Readonly<Record<string, string>>) {
  const model = loadManifestText(manifest);
  const node = model.nodes.find((one) => one.id === id);
  if (node === undefined) throw new Error(`no ${id}`);
  const tenants = model.tenants.map((tenant) => tenant.id);
  return record(id, tenants, () => STACKS[id]({ model, node, root, rules, allowDataLoss: false }), signed);
}

describe("policies", () => {
  it("are signed by the root, one a tenant", async () => {
    const bundles = (await compose("node-c", MANIFEST)).filter(({ type }) => type === "dsmil:index:PolicyBundle");
    expect(bundles.map(({ name, inputs }) => [name, inputs.tenant, inputs.rules])).toEqual([
      ["alpha", "alpha", rules.digest],
      ["bravo", "bravo", rules.digest],
    ]);
    expect(JSON.parse(String(bundles[0]?.inputs.data)).tenant.actions).toEqual(["ISOLATE_HOST", "BLOCK_DOMAIN"]);
  });

  it.each(["node-a", "node-b"] as const)("lie on %s: the rules once, and each tenant's own", async (id) => {
    const files = (await compose(id, MANIFEST)).filter(({ inputs }) =>
      String(inputs.path).startsWith("/etc/dsmil/policies"),
    );
    expect(files.map(({ inputs }) => [inputs.path, inputs.uid, inputs.dirMode])).toEqual([
      ["/etc/dsmil/policies/tenants/alpha", 10001, "0750"],
      ["/etc/dsmil/policies/tenants/bravo", 10001, "0750"],
      ["/etc/dsmil/policies/shared", 10001, "0750"],
      ["/etc/dsmil/policies/tenants", 10001, "0750"],
    ]);
    const [alpha, , shared] = files.map(({ inputs }) => inputs.files as Record<string, { content: string }>);
    expect(shared?.["abab.wasm"]).toEqual({ content: "AGFzbf8=", encoding: "base64", mode: "0444" });
    expect(shared?.["root.pub"]?.content).toBe("00\n");
    expect(alpha?.["data.json"]?.content).toBe("data of alpha\n");
    expect(alpha?.["bundle.json"]?.content).toBe("bundle of alpha\n");
  });

  it("of one tenant change nothing of another's when its actions change, and no container", async () => {
    const changed = async (id: keyof typeof STACKS, signed?: Readonly<Record<string, string>>) => {
      const [before, after] = [await compose(id, MANIFEST), await compose(id, EDITED, signed)];
      expect(after.filter(({ type }) => type === CONTAINER)).toEqual(before.filter(({ type }) => type === CONTAINER));
      return after
        .filter((r, i) => JSON.stringify(r) !== JSON.stringify(before[i]))
        .map(({ type, name }) => [type, name]);
    };
    // The control API tells of them.
    const summary = ["dsmil:index:NodeFiles", "alpha-summary"];
    expect(await changed("node-c")).toEqual([summary, ["dsmil:index:PolicyBundle", "alpha"]]);
    const signed = { alpha: "anew", bravo: "bundle of bravo\n" };
    expect(await changed("node-a", signed)).toEqual([["dsmil:index:NodeFiles", "alpha-policy"], summary]);
    expect(await changed("node-b", signed)).toEqual([["dsmil:index:NodeFiles", "alpha-policy"], summary]);
  });

  it("are waited for by containers that mount them", async () => {
    const { nodes, tenants } = loadManifestText(MANIFEST);
    await record("node-a", ["alpha", "bravo"], () => {
      const data = new DataStack("node-c");
      const [node] = nodes;
      if (node === undefined) throw new Error("no node");
      const policies = new NodePolicies({
        node,
        tenants,
        rules,
        rootPublicKey: "00",
        signed: ({ id }) => data.policy(id, { data: `data of ${id}\n`, rules: rules.digest }),
      });
      const plan = (source: string, tenant?: string): Pick<Container, "mounts" | "tenant"> => ({
        mounts: [{ type: "bind", source, target: "/run/dsmil/policy", readOnly: true }],
        ...(tenant && { tenant }),
      });
      expect(policies.requirements(plan("/etc/dsmil/policies/tenants/alpha", "alpha"))).toHaveLength(3);
      expect(policies.requirements(plan("/etc/dsmil/policies/tenants"))).toHaveLength(2);
      expect(policies.requirements(plan("/etc/dsmil/tenants/alpha", "alpha"))).toEqual([]);
    });
  });

  it("are mounted by the SOAR orchestrator, its own tenant's only and read-only", async () => {
    const soars = (await compose("node-a", MANIFEST)).filter(
      ({ type, name }) => type === CONTAINER && name.includes("soar"),
    );
    expect(soars.map(({ name }) => name)).toEqual(["dsmil-l8-soar-alpha", "dsmil-l8-soar-bravo"]);
    const [alpha] = soars;
    const mounts = (alpha?.inputs.mounts ?? []) as { source: string; target: string; readOnly: boolean }[];
    expect(mounts.filter(({ target }) => target.includes("policy"))).toEqual([
      { type: "bind", source: "/etc/dsmil/policies/shared", target: "/run/dsmil/policy-shared", readOnly: true },
      { type: "bind", source: "/etc/dsmil/policies/tenants/alpha", target: "/run/dsmil/policy", readOnly: true },
    ]);
    expect(alpha?.inputs.envs).toEqual(
      expect.arrayContaining(["POLICY_STATE_DIR=/hotpath/policy/l8-soar", "REDIS_STREAM_PROPOSALS=ALPHA_PROPOSALS"]),
    );
  });
});
