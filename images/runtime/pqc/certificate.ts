import { MLDSA87 } from "./keys.ts";
import { verifySignature } from "./verify-signature.ts";

/** Longest certificate text, characters: two keys' worth of hex and some names. */
export const MAX_CERTIFICATE_LENGTH = 20_000;

/** Context of the root's signature; docs/pqc.md. */
export const CERTIFICATE_CONTEXT = "dsmil-certificate-v1";

/** Whom a certificate speaks of. */
export type SubjectKind = "node" | "tenant" | "signer";

/** What the fleet's root states about a key; docs/pqc.md. */
export interface Certificate {
  readonly v: 1;
  /** `node-a`, `alpha`, `models` */
  readonly subject: string;
  readonly kind: SubjectKind;
  /** Hex of the raw ML-DSA-87 key, lower case. */
  readonly publicKey: string;
  /** RFC 3339, UTC, whole seconds. */
  readonly issuedAt: string;
  /** Without it the certificate holds until the root changes. */
  readonly notAfter?: string;
  /**
   * Where a TPM seals the node's key, all three, else none: hex of the attestation key (SubjectPublicKeyInfo, ECDSA P-256),
   * the registers (`sha256:0,7`), and hex of the SHA-256 over their values.
   */
  readonly attestationKey?: string;
  readonly pcrs?: string;
  readonly pcrDigest?: string;
  /** Hex; over the canonical JSON (RFC 8785) of all other fields, with {@link CERTIFICATE_CONTEXT}. */
  readonly signature: string;
}

const HEX = /^(?:[0-9a-f]{2})+$/;
/** A P-256 key takes 91 bytes. */
const ATTESTATION_KEY = /^(?:[0-9a-f]{2}){1,512}$/;
const PCRS = /^sha256:(?:\d|1\d|2[0-3])(?:,(?:\d|1\d|2[0-3])){0,23}$/;
const SHA256 = /^[0-9a-f]{64}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

/**
 * The certificate, if the root signed it, of whomever it speaks.
 * @param text JSON as in docs/pqc.md
 * @param root hex of the root's raw public key
 * @throws with what is wrong otherwise
 */
export function rootSigned(text: string, root: string): Certificate {
  const { certificate, signed } = parse(text);
  if (verifySignature(root, signed, Buffer.from(certificate.signature, "hex"), CERTIFICATE_CONTEXT)) return certificate;
  throw new Error(`the certificate of ${certificate.subject} is not signed by this fleet's root`);
}

/**
 * Passes a certificate on that holds at a time.
 * @param now ms since 1970
 * @throws when it has ended
 */
export function inForce(certificate: Certificate, now: number): Certificate {
  const { subject, notAfter } = certificate;
  if (notAfter === undefined || Date.parse(notAfter) > now) return certificate;
  throw new Error(`the certificate of ${subject} ended ${notAfter}; issue it again with \`dsmil up\``);
}

/**
 * The certificate, if the root signed it, it speaks of this subject and it holds now.
 * @param text JSON as in docs/pqc.md
 * @param root hex of the root's raw public key
 * @param now ms since 1970
 * @throws with what is wrong otherwise
 */
export function verifyCertificate(
  text: string,
  root: string,
  kind: SubjectKind,
  subject: string,
  now: number,
): Certificate {
  const certificate = rootSigned(text, root);
  if (certificate.kind !== kind || certificate.subject !== subject) {
    throw new Error(
      `a certificate of ${kind} ${subject} is needed, this is ${certificate.kind} ${certificate.subject}`,
    );
  }
  return inForce(certificate, now);
}

function parse(text: string): { certificate: Certificate; signed: Buffer } {
  const fields = objectIn(text);
  const { signature, ...body } = fields;
  const { v, subject, kind, publicKey, issuedAt, notAfter } = fields;
  const good =
    v === 1 &&
    (kind === "node" || kind === "tenant" || kind === "signer") &&
    typeof subject === "string" &&
    isHex(publicKey, MLDSA87.publicKey) &&
    isHex(signature, MLDSA87.signature) &&
    isInstant(issuedAt) &&
    (notAfter === undefined || isInstant(notAfter)) &&
    namesTpm(fields);
  if (!good) throw new Error("not a certificate of version 1 for an ML-DSA-87 key; docs/pqc.md has its form");
  // Fields this version does not know are signed too: an added one makes the signature void.
  const signed = Buffer.from(canonicalJson(body));
  return { certificate: fields as Record<string, unknown> as unknown as Certificate, signed };
}

/** Whether it names a TPM wholly, or none: a part of it could not be checked, and must not pass for none. */
function namesTpm({ attestationKey, pcrs, pcrDigest }: Record<string, unknown>): boolean {
  if (attestationKey === undefined && pcrs === undefined && pcrDigest === undefined) return true;
  return matches(attestationKey, ATTESTATION_KEY) && matches(pcrs, PCRS) && matches(pcrDigest, SHA256);
}

function objectIn(text: string): Record<string, unknown> {
  if (text.length > MAX_CERTIFICATE_LENGTH) {
    throw new Error(`a certificate has at most ${MAX_CERTIFICATE_LENGTH} characters, this has ${text.length}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error("a certificate must be JSON; docs/pqc.md has its form");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error("a certificate is an object");
  return value as Record<string, unknown>;
}

/** JSON with sorted keys and no white space (RFC 8785, which for flat objects of ASCII text comes to this). */
export function canonicalJson(value: object): string {
  const sorted = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(sorted));
}

const matches = (value: unknown, form: RegExp): boolean => typeof value === "string" && form.test(value);

const isHex = (value: unknown, bytes: number): boolean =>
  typeof value === "string" && value.length === 2 * bytes && HEX.test(value);

const isInstant = (value: unknown): boolean =>
  typeof value === "string" && INSTANT.test(value) && !Number.isNaN(Date.parse(value));
