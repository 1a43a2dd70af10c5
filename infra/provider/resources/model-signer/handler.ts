import { MODEL_SIGNER } from "../../../../images/runtime/models/signature.ts";
import { Checker } from "../../check.ts";
import { type ResourceHandler, UNKNOWN } from "../../handler.ts";
import { generate, holds, issue, publicKeyOf } from "../../pqc.ts";
import type { ModelSignerInputs, ModelSignerState } from "./args.ts";
import { manifestDigest, modelSignatureHolds, signModel } from "./sign.ts";

/** As long as what services read, in characters. */
const MAX_MANIFEST = 256 * 1024;
const NAME = /^[a-z][a-z0-9-]{0,39}$/;

export const modelSigner: ResourceHandler<ModelSignerInputs, ModelSignerState> = {
  token: "dsmil:index:ModelSigner",
  outputs: ["publicKey", "seed", "certificate", "signatures"],
  secretOutputs: ["seed", "rootSeed"],
  replaceOn: [],
  id: () => `fleet/signer/${MODEL_SIGNER}`,
  // The key stays whatever changes; signatures show in a preview when none has to be made.
  plan: (inputs, old) => (old ? (unchanged(inputs, old) ?? { publicKey: old.publicKey, seed: old.seed }) : {}),

  check(props) {
    const c = new Checker(props, ["models", "rootSeed"]);
    c.text("rootSeed", /^[0-9a-f]{64}$/, "the seed of a FleetRootKey");
    for (const [name, manifest] of c.map("models")) {
      const at = `models[${JSON.stringify(name)}]`;
      if (!NAME.test(name)) c.fail(at, "must be the name of a model, such as l3-sensor-fusion");
      else if (manifest !== UNKNOWN && nameIn(manifest) !== name)
        c.fail(at, `must be the text of ${name}'s model.json`);
    }
    return c.failures;
  },

  async reconcile(inputs, old, ctx) {
    const kept = old && unchanged(inputs, old);
    if (kept) return { ...inputs, ...kept };
    ctx.progress(old ? "signing models" : "making the signing key of models");
    const seed = old?.seed ?? generate().seed;
    const publicKey = publicKeyOf(seed);
    const root = publicKeyOf(inputs.rootSeed);
    const certified = old && holds(old.certificate, root, "signer", MODEL_SIGNER, publicKey);
    const certificate = certified ? old.certificate : issue(inputs.rootSeed, "signer", MODEL_SIGNER, publicKey);
    const signatures = Object.values(inputs.models).map((manifest) => {
      const digest = manifestDigest(manifest);
      const before = old?.signatures[digest] ?? "";
      const good = modelSignatureHolds(manifest, before, root, certificate);
      return [digest, good ? before : signModel(Buffer.from(manifest), { seed, certificate })];
    });
    return { ...inputs, seed, publicKey, certificate, signatures: Object.fromEntries(signatures) };
  },

  async read(id, old) {
    if (old === undefined) throw new Error(`${id}: a signing key exists in state only and cannot be imported`);
    if (!unchanged(old, old)) {
      throw new Error(`${id}: key and signatures in state do not belong together; restore the state from a backup`);
    }
    return old;
  },

  async remove() {},
};

type Outputs = Pick<ModelSignerState, "publicKey" | "seed" | "certificate" | "signatures">;

/** What is in state, where it is just what these inputs need. */
function unchanged(inputs: ModelSignerInputs, old: ModelSignerState): Outputs | undefined {
  const { seed, publicKey, certificate, signatures } = old;
  const root = publicKeyOf(inputs.rootSeed);
  const manifests = Object.values(inputs.models);
  const good =
    publicKeyOf(seed) === publicKey &&
    holds(certificate, root, "signer", MODEL_SIGNER, publicKey) &&
    new Set(manifests).size === Object.keys(signatures).length &&
    manifests.every((text) => modelSignatureHolds(text, signatures[manifestDigest(text)] ?? "", root, certificate));
  return good ? { publicKey, seed, certificate, signatures } : undefined;
}

function nameIn(manifest: unknown): unknown {
  if (typeof manifest !== "string" || manifest.length > MAX_MANIFEST) return undefined;
  try {
    return (JSON.parse(manifest) as { readonly name?: unknown } | null)?.name;
  } catch {
    return undefined;
  }
}
