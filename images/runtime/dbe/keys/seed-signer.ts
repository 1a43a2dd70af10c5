import { MLDSA87 } from "../../pqc/keys.ts";
import { signer } from "../../pqc/signer.ts";
import { KeyError } from "./key-error.ts";
import type { KeyDescription, NodeSigner } from "./node-signer.ts";

/** What a seed came from and what it must be. */
export interface SeedSource {
  /** Names it in messages: a file, a TPM, a server. */
  readonly source: string;
  readonly description: KeyDescription;
  /** Hex of the public key that the node's certificate speaks of. */
  readonly publicKey?: string;
  readonly quote?: (nonce: Buffer) => Promise<Buffer>;
}

/**
 * The signer of a seed that was read or unsealed. `seed` is overwritten, whatever happens.
 * @throws KeyError `malformed` or `other-key`
 */
export function seedSigner(seed: Buffer, { source, description, publicKey, quote }: SeedSource): NodeSigner {
  try {
    if (seed.length !== MLDSA87.seed) {
      const expected = `${seed.length} bytes where a seed has ${MLDSA87.seed}`;
      throw new KeyError("malformed", `${source} holds ${expected}; remove it and run: dsmil up --refresh`);
    }
    const key = signer(seed.toString("hex"));
    if (publicKey !== undefined && publicKey !== key.publicKey) {
      const why = "is another key than the one that this node's certificate names";
      throw new KeyError(
        "other-key",
        `${source} ${why}; put the right one back, or make a new one: docs/pqc.md, Rotation`,
      );
    }
    return { ...key, ...(quote && { quote }), describe: () => description };
  } finally {
    seed.fill(0);
  }
}
