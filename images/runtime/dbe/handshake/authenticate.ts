import { verifyCertificate } from "../../pqc/certificate.ts";
import { verifySignature } from "../../pqc/verify-signature.ts";
import { DbeError } from "../codec/error.ts";
import { type PeerBook, spiffeId } from "./peer-book.ts";
import type { Proof } from "./proof.ts";

/** What a peer claims and shows. */
export interface Claim {
  /** Node id that the peer must prove. */
  readonly node: string;
  readonly proof: Proof;
  /** What the signature must be over. */
  readonly signed: Buffer;
  /** What it must have been made for. */
  readonly context: string;
  /** What a TPM quote must be over. */
  readonly quoteNonce: Buffer;
}

/**
 * Throws unless the peer is the node it must be: certified by the root for this node, by the key that is pinned for it
 * and not revoked, and with that key having signed this very conversation.
 * @throws DbeError BAD_CERTIFICATE, UNKNOWN_PEER, REVOKED_PEER or BAD_SIGNATURE
 */
export function authenticate(claim: Claim, peers: PeerBook, now: number): void {
  const { node, proof } = claim;
  const key = certifiedKey(claim, peers, now);
  // All is looked at before anything is refused: the time until a refusal does not tell which check failed.
  const pinned = peers.pinned(node)?.toLowerCase();
  const revoked = peers.revoked(node, key);
  const signed = verifySignature(key, claim.signed, proof.signature, claim.context);
  if (pinned === undefined) {
    throw new DbeError("UNKNOWN_PEER", `no key is pinned for ${node}; its .pub file belongs into peer_keys`);
  }
  if (pinned !== key) {
    throw new DbeError("UNKNOWN_PEER", `${node} shows another key than the pinned one; run \`dsmil up\` if it is new`);
  }
  if (revoked) throw new DbeError("REVOKED_PEER", `the key of ${node} is on the revocation list`);
  if (!signed) throw new DbeError("BAD_SIGNATURE", `${node} did not sign this handshake`);
  if (peers.quoteHolds && !peers.quoteHolds(node, claim.quoteNonce, proof.bundle.quote)) {
    throw new DbeError("BAD_SIGNATURE", `the TPM quote of ${node} does not hold`);
  }
}

function certifiedKey({ node, proof }: Claim, peers: PeerBook, now: number): string {
  const expected = spiffeId(peers.domain, node);
  if (proof.bundle.spiffeId !== expected) {
    throw new DbeError(
      "BAD_CERTIFICATE",
      `the bundle is of ${proof.bundle.spiffeId.slice(0, 100)}, not of ${expected}`,
    );
  }
  try {
    return verifyCertificate(proof.bundle.certificate, peers.root, "node", node, now).publicKey;
  } catch (error) {
    throw new DbeError("BAD_CERTIFICATE", error instanceof Error ? error.message.slice(0, 300) : "not readable");
  }
}
