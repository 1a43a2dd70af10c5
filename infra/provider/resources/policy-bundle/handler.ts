import { Checker } from "../../check.ts";
import type { ResourceHandler } from "../../handler.ts";
import type { PolicyBundleInputs, PolicyBundleState } from "./args.ts";
import { bundleHolds, signBundle } from "./sign.ts";

/** As long as what services read, in characters of ASCII. */
const MAX_DATA = 256 * 1024;

export const policyBundle: ResourceHandler<PolicyBundleInputs, PolicyBundleState> = {
  token: "dsmil:index:PolicyBundle",
  outputs: ["version", "bundle"],
  secretOutputs: ["rootSeed"],
  replaceOn: ["tenant"],
  id: ({ tenant }) => `tenant/${tenant}/policy`,
  plan: (inputs, old) =>
    old && bundleHolds(old.bundle, inputs, old.version) ? { version: old.version, bundle: old.bundle } : {},

  check(props) {
    const c = new Checker(props, ["tenant", "data", "rules", "rootSeed"]);
    c.text("tenant", /^[a-z][a-z0-9]{1,15}$/, "the id of a tenant, such as alpha");
    c.text("rules", /^[0-9a-f]{96}$/, "the SHA-384 of the compiled rules in hex");
    c.text("rootSeed", /^[0-9a-f]{64}$/, "the seed of a FleetRootKey");
    c.text("data", /^/, "the text of data.json");
    const { data, tenant } = props;
    if (typeof data === "string" && typeof tenant === "string") {
      if (Buffer.byteLength(data) > MAX_DATA) c.fail("data", `must not be longer than ${MAX_DATA} bytes`);
      else if (tenantIn(data) !== tenant.toUpperCase()) c.fail("data", `must be about ${tenant.toUpperCase()}`);
    }
    return c.failures;
  },

  async reconcile(inputs, old, ctx) {
    if (old && bundleHolds(old.bundle, inputs, old.version)) {
      return { ...inputs, version: old.version, bundle: old.bundle };
    }
    ctx.progress(`signing the policy of ${inputs.tenant}`);
    const now = new Date();
    // The clock, so that a state that was lost does not start again below what services have seen.
    const version = Math.max((old?.version ?? 0) + 1, Math.floor(now.getTime() / 1000));
    return { ...inputs, version, bundle: signBundle(inputs, version, now) };
  },

  async read(id, old) {
    if (old === undefined) throw new Error(`${id}: a policy's signature exists in state only and cannot be imported`);
    if (!bundleHolds(old.bundle, old, old.version)) {
      throw new Error(`${id}: policy and signature in state do not belong together; restore the state from a backup`);
    }
    return old;
  },

  async remove() {},
};

function tenantIn(data: string): unknown {
  try {
    return (JSON.parse(data) as { readonly tenant?: { readonly id?: unknown } } | null)?.tenant?.id;
  } catch {
    return undefined;
  }
}
