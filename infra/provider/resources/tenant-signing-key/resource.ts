import * as pulumi from "@pulumi/pulumi";
import type { TenantSigningKeyArgs } from "./args.ts";

/** A tenant's ML-DSA-87 key, certified by the fleet's root. It exists in the stack's state alone, encrypted. */
export class TenantSigningKey extends pulumi.CustomResource {
  /** Hex, raw, 2592 bytes. */
  declare readonly publicKey: pulumi.Output<string>;
  /** Hex of the 32-byte seed. Secret. */
  declare readonly seed: pulumi.Output<string>;
  /** Certificate by the root, as JSON (docs/pqc.md). */
  declare readonly certificate: pulumi.Output<string>;

  constructor(name: string, args: TenantSigningKeyArgs, opts?: pulumi.CustomResourceOptions) {
    const props = { tenant: args.tenant, rootSeed: pulumi.secret(args.rootSeed), ...(args.use && { use: args.use }) };
    const outputs = { publicKey: undefined, seed: undefined, certificate: undefined };
    const secret = { additionalSecretOutputs: ["seed", "rootSeed"] };
    super("dsmil:index:TenantSigningKey", name, { ...props, ...outputs }, pulumi.mergeOptions(secret, opts));
  }
}
