import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";

/**
 * ML-DSA-87 (FIPS 204) keys and certificates of the fleet. Keys are kept as hex: a private key as its 32-byte seed, a
 * public key raw (2592 bytes): PKCS#8 forms differ between versions of Node. docs/pqc.md describes the format.
 */

const CERTIFICATE_CONTEXT = "dsmil-certificate-v1";

/** Bytes of a private seed. */
export const SEED_BYTES = 32;
/** Bytes of a raw public key. */
export const PUBLIC_KEY_BYTES = 2592;

/** Whom a certificate speaks of. */
export type SubjectKind = "node" | "tenant";

/** What the root states about a key. */
export interface Certificate {
  readonly v: 1;
  /** `node-a`, `alpha` */
  readonly subject: string;
  readonly kind: SubjectKind;
  /** Hex of the raw key. */
  readonly publicKey: string;
  /** RFC 3339, UTC, whole seconds. */
  readonly issuedAt: string;
  readonly notAfter?: string;
  /** Hex of the node's TPM attestation key (SubjectPublicKeyInfo, ECDSA P-256), where the node's key is sealed by one. */
  readonly attestationKey?: string;
  /** Registers the key is sealed to (`sha256:0,7`), and hex of the SHA-256 over their values. */
  readonly pcrs?: string;
  readonly pcrDigest?: string;
  /** Hex; over the canonical JSON of all other fields, with the context `dsmil-certificate-v1`. */
  readonly signature: string;
}

/** A new key pair. */
export function generate(): { readonly seed: string; readonly publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ml-dsa-87");
  return { seed: exported(privateKey, "raw-seed"), publicKey: exported(publicKey, "raw-public") };
}

/** The public part of a seed. */
export function publicKeyOf(seed: string): string {
  return exported(createPublicKey(privateKey(seed)), "raw-public");
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
  const key = privateKey(rootSeed);
  const signature = sign(null, Buffer.from(canonical(body)), withContext(key)).toString("hex");
  return canonical({ ...body, signature });
}

/**
 * The certificate, if the root signed it and it holds now.
 * @throws with the reason otherwise
 */
export function verified(text: string, rootPublicKey: string, now: Date = new Date()): Certificate {
  const certificate = parse(text);
  const { signature, ...body } = certificate;
  const root = publicKeyObject(rootPublicKey);
  const good = verify(null, Buffer.from(canonical(body)), withContext(root), Buffer.from(signature, "hex"));
  if (!good) throw new Error(`the certificate of ${certificate.subject} is not signed by this fleet's root`);
  if (certificate.notAfter !== undefined && new Date(certificate.notAfter) <= now) {
    throw new Error(`the certificate of ${certificate.subject} ended ${certificate.notAfter}`);
  }
  return certificate;
}

/**
 * The root's signature over anything but a certificate.
 * @param context what it is for, unlike that of any other use of the key (docs/pqc.md)
 * @returns hex
 */
export const signAs = (context: string, seed: string, data: Uint8Array): string =>
  sign(null, data, withContext(privateKey(seed), context)).toString("hex");

/** Whether a signature of `signAs` holds. @param signature hex */
export function signedAs(context: string, publicKey: string, data: Uint8Array, signature: string): boolean {
  return verify(null, data, withContext(publicKeyObject(publicKey), context), Buffer.from(signature, "hex"));
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

function parse(text: string): Certificate {
  let value: Partial<Certificate> | null;
  try {
    value = JSON.parse(text) as Partial<Certificate> | null;
  } catch {
    throw new Error("a certificate must be JSON");
  }
  const { v, subject, kind, publicKey, issuedAt, signature } = value ?? {};
  const texts = [subject, kind, publicKey, issuedAt, signature];
  if (v !== 1 || texts.some((field) => typeof field !== "string")) throw new Error("not a certificate of version 1");
  return value as Certificate;
}

/** JSON with sorted keys and no white space (RFC 8785, which for flat objects of ASCII text comes to this). */
function canonical(value: object): string {
  const sorted = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(sorted));
}

const instant = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

// Node 24.21 has these; its type declarations (24.19) do not yet.
interface RawKeys {
  export(options: { format: "raw-seed" | "raw-public" }): Buffer;
}
type RawKeyInput = { key: Buffer; format: "raw-seed" | "raw-public"; asymmetricKeyType: "ml-dsa-87" };

const exported = (key: KeyObject, format: "raw-seed" | "raw-public"): string =>
  (key as unknown as RawKeys).export({ format }).toString("hex");

const withContext = (key: KeyObject, context = CERTIFICATE_CONTEXT): { key: KeyObject } =>
  Object.assign({ key }, { context: Buffer.from(context) });

function privateKey(seed: string): KeyObject {
  const key = raw(seed, SEED_BYTES, "seed");
  const input: RawKeyInput = { key, format: "raw-seed", asymmetricKeyType: "ml-dsa-87" };
  return createPrivateKey(input as unknown as Parameters<typeof createPrivateKey>[0]);
}

function publicKeyObject(hex: string): KeyObject {
  const key = raw(hex, PUBLIC_KEY_BYTES, "public key");
  const input: RawKeyInput = { key, format: "raw-public", asymmetricKeyType: "ml-dsa-87" };
  return createPublicKey(input as unknown as Parameters<typeof createPublicKey>[0]);
}

function raw(hex: string, bytes: number, what: string): Buffer {
  const value = Buffer.from(hex, "hex");
  if (value.length !== bytes || hex.length !== 2 * bytes)
    throw new Error(`not an ML-DSA-87 ${what}: ${bytes} bytes in hex`);
  return value;
}
