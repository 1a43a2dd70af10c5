import * as pulumi from "@pulumi/pulumi";
import type { FleetRootKeyArgs } from "./args.ts";

/** The ML-DSA-87 key that certifies nodes and tenants. It exists in the stack's state alone, encrypted. */
export class FleetRootKey extends pulumi.CustomResource {
  /** Hex, raw, 2592 bytes. */
  declare readonly publicKey: pulumi.Output<string>;
  /** Hex of the 32-byte seed. Secret. */
  declare readonly seed: pulumi.Output<string>;

  constructor(name: string, args: FleetRootKeyArgs, opts?: pulumi.CustomResourceOptions) {
    const secret = { additionalSecretOutputs: ["seed"] };
    super(
      "dsmil:index:FleetRootKey",
      name,
      { ...args, publicKey: undefined, seed: undefined },
      pulumi.mergeOptions(secret, opts),
    );
  }
}
