import { readGuarded } from "./guarded-file.ts";
import type { NodeSigner } from "./node-signer.ts";
import { seedSigner } from "./seed-signer.ts";

/** Enough to tell how long a wrong file is. */
const MAX_BYTES = 4096;

/** A key in a file that only its owner may read. */
export interface FileKeyOptions {
  /** Holds the raw seed, 32 bytes. */
  readonly file: string;
  /** Hex of the public key it must have. */
  readonly publicKey?: string;
}

/**
 * Opens a key that lies in a file.
 * @throws KeyError `missing`, `permissions`, `malformed` or `other-key`
 */
export async function openFileKey({ file, publicKey }: FileKeyOptions): Promise<NodeSigner> {
  const seed = await readGuarded(file, "the node's key", MAX_BYTES);
  return seedSigner(seed, { source: file, description: { kind: "file" }, ...(publicKey && { publicKey }) });
}
