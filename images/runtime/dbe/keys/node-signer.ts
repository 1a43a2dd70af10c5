/** How a node's key is kept at rest. */
export type KeyKind = "file" | "tpm2" | "transit";

/** How the key of a running node is kept, for logs and health; nothing of it is secret. */
export interface KeyDescription {
  readonly kind: KeyKind;
  /** What must be the same for the key to open: the PCRs (`sha256:0,7`), or the transit key (`transit/node-a`). */
  readonly sealedTo?: string;
}

/** The ML-DSA-87 key of this node (FIPS 204), opened into memory; there is no way to get the seed out of it. */
export interface NodeSigner {
  /** Hex of the raw public key, 2592 bytes. */
  readonly publicKey: string;
  /**
   * Signs with the node's key.
   * @param context ML-DSA context string, at most 255 bytes: one a purpose, such as `dsmil-audit-v1`
   */
  sign(data: Buffer, context: string): Promise<Buffer>;
  /**
   * What the node's TPM states about its PCRs over `nonce`, for `verifyQuote`; at most 4 KiB. Only with a TPM.
   * @throws KeyError `away` or `refused` by the TPM
   */
  quote?(nonce: Buffer): Promise<Buffer>;
  describe(): KeyDescription;
}
