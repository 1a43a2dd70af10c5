import * as pulumi from "@pulumi/pulumi";
import type { PqcNodeIdentityArgs } from "./args.ts";

/**
 * A node's ML-DSA-87 identity: the private seed is made on the node and never leaves it; the certified public part is
 * laid beside it and onto the peers. Import by `<node>/pqc-identity`.
 */
export class PqcNodeIdentity extends pulumi.CustomResource {
  /** Hex, raw, 2592 bytes. */
  declare readonly publicKey: pulumi.Output<string>;
  /** Certificate by the root, as JSON (docs/pqc.md). */
  declare readonly certificate: pulumi.Output<string>;
  /** What waits for the next `up`: peers that could not be reached. Normally empty. */
  declare readonly unsettled: pulumi.Output<string[]>;

  constructor(name: string, args: PqcNodeIdentityArgs, opts?: pulumi.CustomResourceOptions) {
    const props = { ...args, rootSeed: pulumi.secret(args.rootSeed) };
    const outputs = { publicKey: undefined, certificate: undefined, keyDigest: undefined, unsettled: undefined };
    const secret = { additionalSecretOutputs: ["rootSeed"] };
    super("dsmil:index:PqcNodeIdentity", name, { ...props, ...outputs }, pulumi.mergeOptions(secret, opts));
  }
}
