import { signAs } from "../provider/pqc.ts";

/** As in images/runtime/models/signature.ts, which checks it. */
const CONTEXT = "dsmil-model-v1";

/** Who signs models: a key that the fleet's root has certified as `signer` of the name `models`. */
export interface ModelSigner {
  /** Hex of the private seed. */
  readonly seed: string;
  /** JSON, as in docs/pqc.md. */
  readonly certificate: string;
}

/** Text of model.sig for exactly these bytes of model.json. */
export function signModel(manifest: Uint8Array, signer: ModelSigner): string {
  const signature = signAs(CONTEXT, signer.seed, manifest);
  return `${JSON.stringify({ v: 1, certificate: signer.certificate, signature })}\n`;
}
