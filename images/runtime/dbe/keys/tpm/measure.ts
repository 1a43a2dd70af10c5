import { randomBytes } from "node:crypto";
import { parseAttestation } from "../quote/attest.ts";
import { decodeQuote } from "../quote/quote-bundle.ts";
import { verifyQuote } from "../quote/verify-quote.ts";
import type { TpmSettings } from "./settings.ts";
import { TpmQuoter } from "./tpm-quoter.ts";

/** What a node's certificate says of its TPM, so that peers can check its quotes. */
export interface TpmFacts {
  /** Hex of the attestation key's SubjectPublicKeyInfo, ECDSA P-256. */
  readonly attestationKey: string;
  /** `sha256:0,7` */
  readonly pcrs: string;
  /** Hex of the SHA-256 over their values. */
  readonly pcrDigest: string;
}

/**
 * Asks a TPM for its attestation key and the registers as they are now, by a quote that is checked as a peer does.
 * @throws KeyError `away` or `refused`; QuoteError when the TPM does not do what it says
 */
export async function measure(settings: TpmSettings): Promise<TpmFacts> {
  const { pcrs } = settings;
  const nonce = randomBytes(32);
  const { quote, attestationKey } = await new TpmQuoter(settings).quote(nonce);
  const digest = parseAttestation(decodeQuote(quote).attestation).pcrDigest.toString("hex");
  verifyQuote(quote, nonce, attestationKey, { pcrs, digest });
  return { attestationKey, pcrs, pcrDigest: digest };
}
