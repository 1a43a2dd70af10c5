import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import {
  CERTIFICATE_CONTEXT,
  type Certificate,
  canonicalJson,
  inForce,
  rootSigned,
  type SubjectKind,
} from "../../images/runtime/pqc/certificate.ts";
import { privateKey } from "../../images/runtime/pqc/keys.ts";
import { verifySignature } from "../../images/runtime/pqc/verify-signature.ts";

/**
 * The deployer's half of ML-DSA-87 (FIPS 204): makes keys and certifies them. What checks them is the services' own code, so
 * that both say the same. Keys are kept as hex: a private key as its 32-byte seed, a public key raw (2592 bytes): PKCS#8
 * forms differ between versions of Node. docs/pqc.md describes the format.
 */

/** A new key pair. */
export function generate(): { readonly seed: string; readonly publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ml-dsa-87");
  return { seed: privateKey.export({ format: "raw-seed" }).toString("hex"), publicKey: rawPublic(publicKey) };
}

/** The public part of a seed. */
export function publicKeyOf(seed: string): string {
  return rawPublic(createPublicKey(privateKey(seed)));
}

/**
 * Certifies a key.
 * @param facts further fields, signed like the others: what is known of a node's TPM
 * @throws unless `rootSeed` is the hex of 32 bytes
 */
export function issue(
  rootSeed: string,
  kind: SubjectKind,
  subject: string,
  publicKey: string,
  notAfter?: Date,
  now: Date = new Date(),
  facts: Readonly<Record<string, string>> = {},
): string {
  const issuedAt = instant(now);
  const body = {
    ...facts,
    v: 1,
    subject,
    kind,
    publicKey,
    issuedAt,
    ...(notAfter && { notAfter: instant(notAfter) }),
  } as const;
  const signature = signAs(CERTIFICATE_CONTEXT, rootSeed, Buffer.from(canonicalJson(body)));
  return canonicalJson({ ...body, signature });
}

/**
 * The certificate, if the root signed it and it holds now.
 * @throws with the reason otherwise
 */
export function verified(text: string, rootPublicKey: string, now: Date = new Date()): Certificate {
  return inForce(rootSigned(text, rootPublicKey), now.getTime());
}

/**
 * The root's signature over anything.
 * @param context what it is for, unlike that of any other use of the key (docs/pqc.md)
 * @returns hex
 */
export const signAs = (context: string, seed: string, data: Uint8Array): string =>
  sign(null, data, { key: privateKey(seed), context: Buffer.from(context) }).toString("hex");

/** Whether a signature of `signAs` holds. @param signature hex */
export function signedAs(context: string, publicKey: string, data: Uint8Array, signature: string): boolean {
  return verifySignature(publicKey, data, Buffer.from(signature, "hex"), context);
}

/** Whether a certificate holds for exactly this key and subject. */
export function holds(text: string, rootPublicKey: string, kind: SubjectKind, subject: string, key: string): boolean {
  try {
    const certificate = verified(text, rootPublicKey);
    return certificate.kind === kind && certificate.subject === subject && certificate.publicKey === key;
  } catch {
    return false;
  }
}

const instant = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

const rawPublic = (key: KeyObject): string => key.export({ format: "raw-public" }).toString("hex");
