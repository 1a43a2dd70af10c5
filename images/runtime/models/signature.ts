import { MAX_CERTIFICATE_LENGTH, verifyCertificate } from "../pqc/certificate.ts";
import { verifySignature } from "../pqc/verify-signature.ts";

/** ML-DSA context of a model's signature. */
export const MODEL_CONTEXT = "dsmil-model-v1";
/** Whom the fleet's root certifies to sign models: a `signer` of this name. */
export const MODEL_SIGNER = "models";
/** Longest model.sig, characters. */
export const MAX_SIGNATURE_LENGTH = MAX_CERTIFICATE_LENGTH + 12_000;

/**
 * Checks model.sig, `{"v":1,"certificate":"…","signature":"<hex>"}`: the root certified the signer, and the signer signed
 * exactly these bytes of model.json.
 * @param root hex of the fleet root's raw public key
 * @param now ms since 1970
 * @throws Error with what is wrong
 */
export function verifyModelSignature(manifest: Uint8Array, signatureText: string, root: string, now: number): void {
  const { certificate, signature } = parse(signatureText);
  const { publicKey } = verifyCertificate(certificate, root, "signer", MODEL_SIGNER, now);
  if (!verifySignature(publicKey, manifest, Buffer.from(signature, "hex"), MODEL_CONTEXT)) {
    throw new Error("model.json is not what the fleet's signer of models signed");
  }
}

function parse(text: string): { certificate: string; signature: string } {
  let value: Record<string, unknown>;
  try {
    value = (JSON.parse(text) ?? {}) as Record<string, unknown>;
  } catch {
    throw new Error("model.sig is no JSON");
  }
  const { v, certificate, signature } = value;
  if (v !== 1 || typeof certificate !== "string" || typeof signature !== "string") {
    throw new Error("model.sig is not of version 1, with certificate and signature");
  }
  return { certificate, signature };
}
