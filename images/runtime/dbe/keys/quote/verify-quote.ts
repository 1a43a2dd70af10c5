import { createPublicKey, type KeyObject, timingSafeEqual, verify } from "node:crypto";
import { registers } from "../tpm/settings.ts";
import { type Attestation, parseAttestation } from "./attest.ts";
import { ByteReader } from "./byte-reader.ts";
import { decodeQuote, qualifyingData } from "./quote-bundle.ts";
import { QuoteError } from "./quote-error.ts";

/** What the registers of a node must be. */
export interface ExpectedPcrs {
  /** `sha256:0,7`. Without it a node could quote registers that any program may set (16, 23) to the values expected. */
  readonly pcrs: string;
  /** Hex of the SHA-256 over their values. */
  readonly digest: string;
}

const ALGORITHM = { sha256: 0x000b, ecdsa: 0x0018 } as const;

/**
 * Checks that a TPM made `quote` for `nonce` and that its registers are as expected.
 * @param quote as `NodeSigner.quote` returns it
 * @param akPublic hex of the attestation key's SubjectPublicKeyInfo (P-256), from the node's certificate
 * @returns what was attested
 * @throws QuoteError
 */
export function verifyQuote(quote: Buffer, nonce: Buffer, akPublic: string, expected: ExpectedPcrs): Attestation {
  const { attestation, signature } = whole(() => decodeQuote(quote));
  const raw = whole(() => ecdsaSignature(signature));
  const key = { key: attestationKey(akPublic), dsaEncoding: "ieee-p1363" } as const;
  if (!verify("sha256", attestation, key, raw)) {
    throw new QuoteError("signature", "the quote is not signed by the attestation key of this node's certificate");
  }
  const stated = whole(() => parseAttestation(attestation));
  if (!equal(stated.extraData, qualifyingData(nonce))) {
    throw new QuoteError("nonce", "the quote was made for another nonce");
  }
  const [bank, ...others] = stated.selections;
  const covered = bank?.algorithm === ALGORITHM.sha256 && others.length === 0 ? bank.registers.join() : undefined;
  if (covered !== registers(expected.pcrs).join()) {
    throw new QuoteError("selection", `the quote covers other registers than ${expected.pcrs}`);
  }
  if (!equal(stated.pcrDigest, Buffer.from(expected.digest, "hex"))) {
    throw new QuoteError("pcrs", `${expected.pcrs} hold something else than this node's certificate names`);
  }
  return stated;
}

function whole<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new QuoteError("malformed", `the quote is malformed: ${error.message}`, error);
  }
}

/** TPMT_SIGNATURE (part 2, 11.3.4) as r and s of 32 bytes each. */
function ecdsaSignature(bytes: Buffer): Buffer {
  const reader = new ByteReader(bytes);
  if (reader.uint(2) !== ALGORITHM.ecdsa || reader.uint(2) !== ALGORITHM.sha256) {
    throw new RangeError("signed by other means than ECDSA with SHA-256");
  }
  const [r, s] = [reader.sized(32), reader.sized(32)];
  reader.end();
  const raw = Buffer.alloc(64);
  r.copy(raw, 32 - r.length);
  s.copy(raw, 64 - s.length);
  return raw;
}

function attestationKey(spki: string): KeyObject {
  try {
    const key = createPublicKey({ key: Buffer.from(spki, "hex"), format: "der", type: "spki" });
    if (key.asymmetricKeyDetails?.namedCurve === "prime256v1") return key;
  } catch (error) {
    throw new QuoteError("signature", "the certificate's attestation key cannot be read", error);
  }
  throw new QuoteError("signature", "the certificate's attestation key is no P-256 key");
}

const equal = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);
