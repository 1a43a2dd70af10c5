import type { SubjectKind } from "../../../../images/runtime/pqc/certificate.ts";
import { coalitionSigner } from "../../../../images/runtime/soc/bundle-signature.ts";
import { Checker } from "../../check.ts";
import type { ResourceHandler } from "../../handler.ts";
import { generate, holds, issue, publicKeyOf } from "../../pqc.ts";
import type { TenantSigningKeyInputs, TenantSigningKeyState } from "./args.ts";

export const tenantSigningKey: ResourceHandler<TenantSigningKeyInputs, TenantSigningKeyState> = {
  token: "dsmil:index:TenantSigningKey",
  outputs: ["publicKey", "seed", "certificate"],
  secretOutputs: ["seed", "rootSeed"],
  replaceOn: ["tenant", "use"],
  id: ({ tenant, use }) => `tenant/${tenant}/${use ?? "signing"}-key`,
  // The key stays when only the root changes.
  plan: (_inputs, old) => (old ? { publicKey: old.publicKey, seed: old.seed } : {}),

  check(props) {
    const c = new Checker(props, ["tenant", "rootSeed", "use"]);
    c.text("tenant", /^[a-z][a-z0-9]{1,15}$/, "the id of a tenant, such as alpha");
    c.text("rootSeed", /^[0-9a-f]{64}$/, "the seed of a FleetRootKey");
    if (props.use !== undefined) c.text("use", /^coalition$/, "coalition, or nothing");
    return c.failures;
  },

  async reconcile(inputs, old, ctx) {
    const { tenant, rootSeed } = inputs;
    const [kind, subject] = speaksFor(inputs);
    if (!old) ctx.progress(`making the ${inputs.use ?? "signing"} key of ${tenant}`);
    const seed = old?.seed ?? generate().seed;
    const publicKey = publicKeyOf(seed);
    const kept = old && holds(old.certificate, publicKeyOf(rootSeed), kind, subject, publicKey);
    return {
      ...inputs,
      seed,
      publicKey,
      certificate: kept ? old.certificate : issue(rootSeed, kind, subject, publicKey),
    };
  },

  async read(id, old) {
    if (old === undefined) throw new Error(`${id}: a signing key exists in state only and cannot be imported`);
    if (!holds(old.certificate, publicKeyOf(old.rootSeed), ...speaksFor(old), publicKeyOf(old.seed))) {
      throw new Error(`${id}: key and certificate in state do not belong together; restore the state from a backup`);
    }
    return old;
  },

  async remove() {},
};

/** Kind and subject of the key's certificate. */
const speaksFor = ({ tenant, use }: TenantSigningKeyInputs): readonly [SubjectKind, string] =>
  use === "coalition" ? ["signer", coalitionSigner(tenant)] : ["tenant", tenant];
