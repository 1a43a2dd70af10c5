import * as pulumi from "@pulumi/pulumi";
import type { PqcNodeIdentityArgs } from "./args.ts";

/**
 * A node's ML-DSA-87 identity: the private seed is made on the node, is sealed there as asked, and never leaves it; the
 * certified public part is laid beside it and onto the peers. Import by `<node>/pqc-identity`.
 */
export class PqcNodeIdentity extends pulumi.CustomResource {
  /** Hex, raw, 2592 bytes. */
  declare readonly publicKey: pulumi.Output<string>;
  /** Certificate by the root, as JSON (docs/pqc.md). */
  declare readonly certificate: pulumi.Output<string>;
  /** Certificates of earlier keys, oldest first: what these signed is checked by them. */
  declare readonly former: pulumi.Output<string[]>;
  /** Number of the group that may use the node's TPM, for containers that unseal; "" without a TPM. */
  declare readonly tpmGroup: pulumi.Output<string>;
  /** Hex of the TPM's attestation key (SubjectPublicKeyInfo); it is in the certificate too. "" without a TPM. */
  declare readonly attestationKey: pulumi.Output<string>;
  /** What waits for the next `up`: peers that could not be reached. Normally empty. */
  declare readonly unsettled: pulumi.Output<string[]>;

  constructor(name: string, args: PqcNodeIdentityArgs, opts?: pulumi.CustomResourceOptions) {
    const props = { ...args, rootSeed: pulumi.secret(args.rootSeed) };
    const key = { publicKey: undefined, certificate: undefined, former: undefined, keyDigest: undefined };
    const tpm = {
      attestationKey: undefined,
      pcrs: undefined,
      pcrDigest: undefined,
      tpmGroup: undefined,
      unsettled: undefined,
    };
    const secret = { additionalSecretOutputs: ["rootSeed"] };
    super("dsmil:index:PqcNodeIdentity", name, { ...props, ...key, ...tpm }, pulumi.mergeOptions(secret, opts));
  }
}
