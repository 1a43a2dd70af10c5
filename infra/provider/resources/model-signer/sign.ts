import { createHash } from "node:crypto";
import { MODEL_CONTEXT, verifyModelSignature } from "../../../../images/runtime/models/signature.ts";
import { signAs } from "../../pqc.ts";

/** Who signs models: a key that the fleet's root has certified as `signer` of the name `models`. */
export interface Signer {
  /** Hex of the private seed. */
  readonly seed: string;
  /** JSON, as in docs/pqc.md. */
  readonly certificate: string;
}

/** What a model.json is known by: its SHA-384 in hex. */
export const manifestDigest = (manifest: string | Uint8Array): string =>
  createHash("sha384").update(manifest).digest("hex");

/** Text of model.sig for exactly these bytes of model.json; another one each time. */
export function signModel(manifest: Uint8Array, { seed, certificate }: Signer): string {
  const signature = signAs(MODEL_CONTEXT, seed, manifest);
  return `${JSON.stringify({ v: 1, certificate, signature })}\n`;
}

/** Whether a model.sig is one that services believe, and names this certificate. */
export function modelSignatureHolds(manifest: string, text: string, root: string, certificate: string): boolean {
  try {
    verifyModelSignature(Buffer.from(manifest), text, root, Date.now());
    return (JSON.parse(text) as { readonly certificate: string }).certificate === certificate;
  } catch {
    return false;
  }
}
