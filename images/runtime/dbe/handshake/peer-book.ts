/** Who this node is, and how it proves it. */
export interface NodeIdentity {
  /** Node id. */
  readonly node: string;
  /** The fleet root's certificate of this node's key: JSON as in docs/pqc.md. */
  readonly certificate: string;
  /** An ML-DSA-87 signature by the node's key. */
  sign(data: Buffer, context: string): Promise<Buffer>;
  /** A TPM quote over `nonce` (32 bytes), at most 4 KiB; only on nodes with a TPM. */
  quote?(nonce: Buffer): Promise<Buffer>;
}

/** Whom this node trusts; asked anew in every handshake. */
export interface PeerBook {
  /** Hex of the fleet root's public key. */
  readonly root: string;
  /** Trust domain of the SPIFFE ids, such as `dsmil.local`. */
  readonly domain: string;
  /** Hex of the public key that is pinned for a node; undefined for an unknown node. */
  pinned(node: string): string | undefined;
  /** Whether this key of this node was revoked. */
  revoked(node: string, publicKey: string): boolean;
  /** Whether a node's TPM quote holds, or may be missing; without this function quotes are not looked at. */
  quoteHolds?(node: string, nonce: Buffer, quote: Buffer | undefined): boolean;
}

/** SPIFFE id of a node. */
export function spiffeId(domain: string, node: string): string {
  return `spiffe://${domain}/node/${node}`;
}
