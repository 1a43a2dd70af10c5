import { createHash } from "node:crypto";
import { jsonObject } from "../json-object.ts";
import { type Certificate, verifyCertificate } from "../pqc/certificate.ts";
import type { Signer } from "../pqc/signer.ts";
import { verifySignature } from "../pqc/verify-signature.ts";

/** ML-DSA context of a bundle's signature; docs/pqc.md. */
export const COALITION_CONTEXT = "dsmil-coalition-v1";

const SUBJECT = /^coalition-[a-z][a-z0-9]{1,15}$/;
const SIGNATURE = /^[0-9a-f]{9254}$/;

/** Whom the fleet's root certifies to sign a tenant's bundles: a `signer` of this name. @param tenant `alpha` */
export const coalitionSigner = (tenant: string): string => `coalition-${tenant}`;

/** The detached signature of exactly these bytes, as hex. */
export async function signBundle(bundle: Uint8Array, key: Signer): Promise<string> {
  return (await key.sign(digestOf(bundle), COALITION_CONTEXT)).toString("hex");
}

/** Whether a key signed exactly these bytes as a bundle. Never throws. @param publicKey hex, raw @param signature hex */
export function isSignedBundle(bundle: Uint8Array, publicKey: string, signature: string): boolean {
  return verifySignature(publicKey, digestOf(bundle), Buffer.from(signature, "hex"), COALITION_CONTEXT);
}

/**
 * Checks a detached signature: the fleet's root certified the signer of a tenant's bundles, and it signed these bytes.
 * @param signatureText JSON with `certificate` (text) and `signature` (hex), such as the answer that had the bundle
 * @param root hex of the root's raw public key
 * @param now ms since 1970
 * @returns the signer's certificate
 * @throws Error with what is wrong
 */
export function verifyBundle(bundle: Uint8Array, signatureText: string, root: string, now: number): Certificate {
  const { certificate, signature } = jsonObject(signatureText) ?? {};
  if (typeof certificate !== "string" || typeof signature !== "string" || !SIGNATURE.test(signature)) {
    throw new Error("the signature is no JSON object with the texts certificate and signature");
  }
  const subject = jsonObject(certificate)?.subject;
  if (typeof subject !== "string" || !SUBJECT.test(subject)) {
    throw new Error("the certificate is not that of a signer of bundles");
  }
  const proven = verifyCertificate(certificate, root, "signer", subject, now);
  if (isSignedBundle(bundle, proven.publicKey, signature)) return proven;
  throw new Error(`the bundle is not what ${subject} signed`);
}

const digestOf = (bundle: Uint8Array): Buffer => createHash("sha384").update(bundle).digest();
