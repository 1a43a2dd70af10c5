import * as pulumi from "@pulumi/pulumi";
import type { ModelSignerArgs } from "./args.ts";

/** The ML-DSA-87 key that signs models, certified by the fleet's root, and what it signed. The seed stays in the state. */
export class ModelSigner extends pulumi.CustomResource {
  /** Hex, raw, 2592 bytes. */
  declare readonly publicKey: pulumi.Output<string>;
  /** Certificate by the root, as JSON (docs/pqc.md). */
  declare readonly certificate: pulumi.Output<string>;
  /** SHA-384 of a model.json in hex → text of its model.sig. */
  declare readonly signatures: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: ModelSignerArgs, opts?: pulumi.CustomResourceOptions) {
    const props = { models: args.models, rootSeed: pulumi.secret(args.rootSeed) };
    const outputs = { publicKey: undefined, seed: undefined, certificate: undefined, signatures: undefined };
    const secret = { additionalSecretOutputs: ["seed", "rootSeed"] };
    super("dsmil:index:ModelSigner", name, { ...props, ...outputs }, pulumi.mergeOptions(secret, opts));
  }
}
