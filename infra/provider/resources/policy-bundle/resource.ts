import * as pulumi from "@pulumi/pulumi";
import type { PolicyBundleArgs } from "./args.ts";

/** A tenant's policy, signed by the fleet's root. The files themselves are laid by NodeFiles. */
export class PolicyBundle extends pulumi.CustomResource {
  /** Text of data.json, as it was signed. */
  declare readonly data: pulumi.Output<string>;
  declare readonly version: pulumi.Output<number>;
  /** Text of bundle.json. */
  declare readonly bundle: pulumi.Output<string>;

  constructor(name: string, args: PolicyBundleArgs, opts?: pulumi.CustomResourceOptions) {
    const props = { ...args, rootSeed: pulumi.secret(args.rootSeed), version: undefined, bundle: undefined };
    const secret = { additionalSecretOutputs: ["rootSeed"] };
    super("dsmil:index:PolicyBundle", name, props, pulumi.mergeOptions(secret, opts));
  }
}
