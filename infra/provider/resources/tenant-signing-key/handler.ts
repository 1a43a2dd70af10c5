import { Checker } from "../../check.ts";
import type { ResourceHandler } from "../../handler.ts";
import { generate, holds, issue, publicKeyOf } from "../../pqc.ts";
import type { TenantSigningKeyInputs, TenantSigningKeyState } from "./args.ts";

export const tenantSigningKey: ResourceHandler<TenantSigningKeyInputs, TenantSigningKeyState> = {
  token: "dsmil:index:TenantSigningKey",
  outputs: ["publicKey", "seed", "certificate"],
  secretOutputs: ["seed", "rootSeed"],
  replaceOn: ["tenant"],
  id: ({ tenant }) => `tenant/${tenant}/signing-key`,
  // The key stays when only the root changes.
  plan: (_inputs, old) => (old ? { publicKey: old.publicKey, seed: old.seed } : {}),

  check(props) {
    const c = new Checker(props, ["tenant", "rootSeed"]);
    c.text("tenant", /^[a-z][a-z0-9]{1,15}$/, "the id of a tenant, such as alpha");
    c.text("rootSeed", /^[0-9a-f]{64}$/, "the seed of a FleetRootKey");
    return c.failures;
  },

  async reconcile(inputs, old, ctx) {
    const { tenant, rootSeed } = inputs;
    if (!old) ctx.progress(`making the signing key of ${tenant}`);
    const seed = old?.seed ?? generate().seed;
    const publicKey = publicKeyOf(seed);
    const kept = old && holds(old.certificate, publicKeyOf(rootSeed), "tenant", tenant, publicKey);
    return {
      ...inputs,
      seed,
      publicKey,
      certificate: kept ? old.certificate : issue(rootSeed, "tenant", tenant, publicKey),
    };
  },

  async read(id, old) {
    if (old === undefined) throw new Error(`${id}: a signing key exists in state only and cannot be imported`);
    if (!holds(old.certificate, publicKeyOf(old.rootSeed), "tenant", old.tenant, publicKeyOf(old.seed))) {
      throw new Error(`${id}: key and certificate in state do not belong together; restore the state from a backup`);
    }
    return old;
  },

  async remove() {},
};
