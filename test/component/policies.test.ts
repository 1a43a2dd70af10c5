import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { NodePolicies } from "../../infra/components/node-policies.ts";
import { PolicyBundle } from "../../infra/provider/index.ts";
import { renderPolicyData } from "../../infra/render/policy-data.ts";
import { loadManifestText } from "./manifest.ts";
import { record } from "./record.ts";

const MANIFEST = readFileSync(join(resolve(import.meta.dirname, "../.."), "manifest.yaml"), "utf8");
const rules = { wasm: Buffer.from([0, 0x61, 0x73, 0x6d, 0xff]), digest: "ab".repeat(48), fileName: "abab.wasm" };

/** The policies of a manifest on one node, as the data node would have signed them. */
function compose(manifest: string) {
  const { nodes, tenants } = loadManifestText(manifest);
  const [node] = nodes;
  if (node === undefined) throw new Error("no node");
  return record(node.id, [], () => {
    const bundles = new Map(
      tenants.map((tenant) => {
        const args = {
          tenant: tenant.id,
          data: renderPolicyData(tenant),
          rules: rules.digest,
          rootSeed: "seed-hidden",
        };
        return [tenant.id, new PolicyBundle(tenant.id, args)];
      }),
    );
    const policies = new NodePolicies({
      ...{ node, tenants, rules, rootPublicKey: "00" },
      signed: ({ id }) => pulumi.output({ data: bundles.get(id)?.data ?? "", bundle: `bundle of ${id}\n` }),
    });
    expect(policies.requirements("alpha")).toHaveLength(3);
    expect(policies.requirements()).toHaveLength(2 + tenants.length);
  });
}

describe("policies on a node", () => {
  it("are the rules once, and each tenant's own", async () => {
    const files = (await compose(MANIFEST)).filter(({ type }) => type === "dsmil:index:NodeFiles");
    expect(files.map(({ inputs }) => inputs.path)).toEqual([
      "/etc/dsmil/policies/tenants/alpha",
      "/etc/dsmil/policies/tenants/bravo",
      "/etc/dsmil/policies/shared",
      "/etc/dsmil/policies/tenants",
    ]);
    const [alpha, , shared] = files.map(({ inputs }) => inputs.files as Record<string, { content: string }>);
    expect(shared?.["abab.wasm"]).toEqual({ content: "AGFzbf8=", encoding: "base64", mode: "0444" });
    expect(shared?.["root.pub"]?.content).toBe("00\n");
    expect(JSON.parse(alpha?.["data.json"]?.content ?? "").tenant.actions).toEqual(["ISOLATE_HOST", "BLOCK_DOMAIN"]);
    expect(alpha?.["bundle.json"]?.content).toBe("bundle of alpha\n");
  });

  it("of one tenant do not change with another's", async () => {
    const edited = MANIFEST.replace("actions: [ISOLATE_HOST, BLOCK_DOMAIN]", "actions: [BLOCK_IP]");
    const [before, after] = [await compose(MANIFEST), await compose(edited)];
    const changed = after.filter((r, i) => JSON.stringify(r) !== JSON.stringify(before[i]));
    expect(changed.map(({ name }) => name)).toEqual(["alpha-policy", "alpha"]);
  });
});
