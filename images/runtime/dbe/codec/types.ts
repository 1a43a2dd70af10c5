/** A message, whoever carries it. */
export interface Envelope {
  /** One of TYPES. */
  readonly type: number;
  /** Bits of FLAGS. */
  readonly flags: number;
  /** 16 bytes, random; a response carries its request's. */
  readonly messageId: Buffer;
  /** Device that speaks; 0 is the node itself. */
  readonly source: number;
  /** Device spoken to; 0 is the node itself. */
  readonly destination: number;
  /** ms since 1970. */
  readonly timestamp: number;
  readonly tlvs: Tlvs;
  /** At most 1 MiB. A decoded one is a view of the frame it came in: copy it to keep it longer than the frame. */
  readonly payload: Buffer;
}

/** What a message says about itself; each at most once. */
export interface Tlvs {
  /** 2 to 16 of A-Z and 0-9, a letter first. */
  readonly tenantId?: string;
  /** One of CLASSIFICATIONS. */
  readonly classification?: number;
  /** Bits of COMPARTMENTS. */
  readonly compartments?: number;
  /** One of ROE_LEVELS. */
  readonly roeLevel?: number;
  /** u32 */
  readonly roeTokenId?: number;
  /** SHA-256 of the signer's public key (32 bytes), then an ML-DSA-87 signature (4627). */
  readonly signatureA?: Buffer;
  /** As signatureA, by another person. */
  readonly signatureB?: Buffer;
  readonly claimToken?: Buffer;
  /** SHA-384 of the request. */
  readonly requestDigest?: Buffer;
  /** What remains of the time to answer, ms, u32. */
  readonly deadlineMs?: number;
  /** 16 bytes */
  readonly traceId?: Buffer;
  /** Code of a reason; in every ERROR and nowhere else. */
  readonly reason?: number;
  /** TLVs of types 0x80 to 0xff by type. */
  readonly extra?: ReadonlyMap<number, Buffer>;
}
