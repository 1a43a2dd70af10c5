import type { ManifestNode } from "./manifest.ts";
import type { NodeKey } from "./types.ts";

/** Image that makes a node's key: one with Node.js, or the one that also has what seals it. */
export const keyImage = ({ kind }: NodeKey): string => (kind === "file" ? "dsmil-node-base" : "dsmil-node-keys");

/** How a node keeps its key, with everything that was left to the defaults. */
export function resolveNodeKey({ id, key }: ManifestNode): NodeKey {
  const { kind, device = "/dev/tpmrm0", pcrs = "sha256:0,7", address, mount = "transit", token_file, ca_file } = key;
  if (kind === "file") return { kind };
  if (kind === "tpm2") return { kind, device, pcrs };
  if (address === undefined || token_file === undefined || ca_file === undefined) {
    throw new Error(`node ${id}: its transit key is not whole: the manifest was not checked`);
  }
  return { kind, address, mount, key: key.key ?? id, tokenFile: token_file, caFile: ca_file };
}
