import { QuoteError } from "../../../runtime/dbe/keys/quote/quote-error.ts";
import { verifyQuote } from "../../../runtime/dbe/keys/quote/verify-quote.ts";
import type { Certificate } from "../../../runtime/pqc/certificate.ts";

/**
 * What is wrong with the TPM quote of a peer; undefined: nothing. Where the root's certificate that is pinned for the peer
 * names a TPM, there must be a quote of that TPM with those registers over this handshake's nonce; else none is looked at.
 * The pinned certificate decides and not the one that is shown: who has the key could show an older one without a TPM.
 */
export function quoteProblem(
  pinned: Certificate | undefined,
  nonce: Buffer,
  quote: Buffer | undefined,
): string | undefined {
  if (pinned === undefined) return "no certificate is pinned for this peer";
  const { attestationKey, pcrs, pcrDigest } = pinned;
  if (attestationKey === undefined && pcrs === undefined && pcrDigest === undefined) return undefined;
  if (attestationKey === undefined || pcrs === undefined || pcrDigest === undefined) {
    return "its certificate names a part of a TPM only";
  }
  if (quote === undefined) return "its certificate names a TPM, and there is no quote";
  try {
    verifyQuote(quote, nonce, attestationKey, { pcrs, digest: pcrDigest });
    return undefined;
  } catch (error) {
    return error instanceof QuoteError ? error.message : "the quote could not be checked";
  }
}
