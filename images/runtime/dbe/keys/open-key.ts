import { openFileKey } from "./file-key.ts";
import type { NodeSigner } from "./node-signer.ts";
import type { TpmSettings } from "./tpm/settings.ts";
import { openTpmKey } from "./tpm/tpm-key.ts";
import type { TransitSettings } from "./transit/transit-client.ts";
import { openTransitKey } from "./transit/transit-key.ts";

/** Where a node's key lies and what opens it. */
export type KeyPlace =
  | { readonly kind: "file"; readonly file: string }
  | ({ readonly kind: "tpm2"; readonly file: string } & TpmSettings)
  | ({ readonly kind: "transit"; readonly file: string } & TransitSettings);

/**
 * Opens a node's key into memory.
 * @param publicKey hex of the public key it must have; omit only where nothing certifies it yet
 * @throws KeyError
 */
export function openKey(place: KeyPlace, publicKey?: string): Promise<NodeSigner> {
  const options = { ...place, ...(publicKey !== undefined && { publicKey }) };
  if (options.kind === "file") return openFileKey(options);
  return options.kind === "tpm2" ? openTpmKey(options) : openTransitKey(options);
}
