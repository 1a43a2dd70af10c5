/** The one suite: ECDHE-P384 and ML-KEM-1024, HKDF-SHA-384, AES-256-GCM, ML-DSA-87. */
export const SUITE = 1;
/** Version of the handshake's messages. */
export const PROTOCOL_VERSION = 1;

/** Bytes of what the suite exchanges (SEC 1 §2.3.3, FIPS 203 table 3, FIPS 204 table 2, RFC 9266). */
export const SIZES = {
  nonce: 32,
  point: 97,
  encapsulationKey: 1568,
  ciphertext: 1568,
  digest: 48,
  signature: 4627,
  mac: 48,
  binding: 48,
  quoteNonce: 32,
} as const;

/** Contexts of the two signatures (FIPS 204 §5.2): one side's never passes for the other's. */
export const CONTEXTS = { initiator: "dsmil-dbe-v1-initiator", responder: "dsmil-dbe-v1-responder" } as const;
