import { readGuarded } from "../guarded-file.ts";
import { tpmPublicFile } from "../key-paths.ts";
import type { NodeSigner } from "../node-signer.ts";
import { seedSigner } from "../seed-signer.ts";
import { MAX_SEALED_BYTES, unseal } from "./seal.ts";
import type { TpmSettings } from "./settings.ts";
import { TpmQuoter } from "./tpm-quoter.ts";

/** A key that a TPM 2.0 sealed. */
export interface TpmKeyOptions extends TpmSettings {
  /** The sealed half, `<node>-mldsa87.priv.tpm`; `<node>-mldsa87.pub.tpm` lies beside it. */
  readonly file: string;
  /** Hex of the public key it must have. */
  readonly publicKey?: string;
}

/**
 * Unseals a key into memory; no file ever holds it.
 * @throws KeyError of any kind
 */
export async function openTpmKey(options: TpmKeyOptions): Promise<NodeSigner> {
  const { file, tcti, pcrs, publicKey } = options;
  const privatePart = await readGuarded(file, "the node's sealed key", MAX_SEALED_BYTES);
  const publicPart = await readGuarded(tpmPublicFile(file), "the node's sealed key", MAX_SEALED_BYTES);
  const seed = await unseal({ tcti, pcrs }, { publicPart, privatePart });
  const quoter = new TpmQuoter({ tcti, pcrs });
  return seedSigner(seed, {
    source: file,
    description: { kind: "tpm2", sealedTo: pcrs },
    quote: async (nonce) => (await quoter.quote(nonce)).quote,
    ...(publicKey && { publicKey }),
  });
}
