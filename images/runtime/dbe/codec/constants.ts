/**
 * Every number of DBE v1 that both ends must agree on; docs/dbe.md is generated from it (`node
 * images/runtime/dbe/docs.ts`). Codes are never used twice and never change their meaning.
 */

/** First four bytes of a frame: "DBE1". */
export const MAGIC = 0x44424531;
/** The only version. */
export const VERSION = 1;

/** Where the header's fields begin; all integers big-endian. */
export const OFFSETS = {
  magic: 0,
  version: 4,
  type: 5,
  flags: 6,
  messageId: 8,
  sequence: 24,
  timestamp: 32,
  source: 40,
  destination: 42,
  session: 44,
  tlvLength: 48,
  payloadLength: 52,
} as const;

/** Sizes in bytes, times in ms. */
export const LIMITS = {
  header: 56,
  messageId: 16,
  tag: 16,
  tlvHeader: 4,
  tlvs: 16 * 1024,
  payload: 1024 * 1024,
  frame: 56 + 16 * 1024 + 1024 * 1024 + 16,
  handshakePayload: 32 * 1024,
  handshakeFrame: 56 + 32 * 1024 + 16,
  quote: 4 * 1024,
  replayWindow: 1024,
  sequences: 2 ** 32,
  timestampMs: 30_000,
  graceMs: 30_000,
  handshakeMs: 10_000,
} as const;

/** Bits of the flags; the others must be 0. */
export const FLAGS = {
  /** Answers the message of the same id. */
  RESPONSE: 0x0001,
  /** One way: only its acceptance is answered. */
  NO_REPLY: 0x0002,
  /** Was sent before; the receiver may have it. */
  RETRY: 0x0004,
} as const;

/** Message types. */
export const TYPES = {
  ECHO_REQ: 0x01,
  ECHO_RESP: 0x02,
  L7_CHAT_REQ: 0x41,
  L7_CHAT_RESP: 0x42,
  L7_SERVICE_REQ: 0x43,
  L7_SERVICE_RESP: 0x44,
  L8_SOC_EVENT_ENRICHMENT: 0x50,
  L8_PROPOSAL: 0x51,
  L9_COA_REQ: 0x60,
  L9_COA_RESP: 0x61,
  L9_NC3_QUERY: 0x62,
  L9_NC3_RESP: 0x63,
  L9_STOP_REQ: 0x64,
  L9_STOP_RESP: 0x65,
  HEALTH: 0x70,
  ACCEPTED: 0x71,
  HS_INIT: 0xf0,
  HS_RESPONSE: 0xf1,
  HS_FINISH: 0xf2,
  HS_DONE: 0xf3,
  CLOSE: 0xf8,
  ERROR: 0xff,
} as const;

/** Name of a message type. */
export type TypeName = keyof typeof TYPES;

/** TLV types; below 0x80 an unknown one is refused, from 0x80 on it is kept and ignored. */
export const TLVS = {
  TENANT_ID: 0x01,
  CLASSIFICATION: 0x02,
  COMPARTMENT_MASK: 0x03,
  ROE_LEVEL: 0x04,
  ROE_TOKEN_ID: 0x05,
  TWO_PERSON_SIG_A: 0x06,
  TWO_PERSON_SIG_B: 0x07,
  L7_CLAIM_TOKEN: 0x08,
  REQUEST_DIGEST: 0x09,
  DEADLINE_MS: 0x0a,
  TRACE_ID: 0x0b,
  REASON: 0x0c,
} as const;

/** Name of a TLV type. */
export type TlvName = keyof typeof TLVS;

/** From this code on a TLV that is not known is no fault. */
export const FIRST_OPTIONAL_TLV = 0x80;

/** Shortest and longest value of each TLV, bytes. */
export const TLV_LENGTHS: Readonly<Record<TlvName, readonly [min: number, max: number]>> = {
  TENANT_ID: [2, 16],
  CLASSIFICATION: [1, 1],
  COMPARTMENT_MASK: [4, 4],
  ROE_LEVEL: [1, 1],
  ROE_TOKEN_ID: [4, 4],
  // SHA-256 of the public key, then an ML-DSA-87 signature.
  TWO_PERSON_SIG_A: [4659, 4659],
  TWO_PERSON_SIG_B: [4659, 4659],
  L7_CLAIM_TOKEN: [1, 8192],
  REQUEST_DIGEST: [48, 48],
  DEADLINE_MS: [4, 4],
  TRACE_ID: [16, 16],
  REASON: [1, 1],
};

/** Values of CLASSIFICATION, lowest first. */
export const CLASSIFICATIONS = { UNCLASSIFIED: 0, RESTRICTED: 1, CONFIDENTIAL: 2, SECRET: 3, TOP_SECRET: 4 } as const;

/** Bits of COMPARTMENT_MASK. */
export const COMPARTMENTS = {
  SOC: 0x01,
  SIGNALS: 0x02,
  CRYPTO: 0x04,
  NUCLEAR: 0x08,
  WEATHER: 0x10,
  SPACE: 0x20,
  CYBER: 0x40,
  KINETIC: 0x80,
} as const;

/** Values of ROE_LEVEL, lowest first. */
export const ROE_LEVELS = { ANALYSIS_ONLY: 0, SOC_ASSIST: 1, TRAINING: 2 } as const;

/** Why something is refused: a closed list. */
export const REASONS = {
  MALFORMED: 1,
  UNSUPPORTED_VERSION: 2,
  UNKNOWN_TYPE: 3,
  TOO_LARGE: 4,
  BAD_TAG: 5,
  REPLAY: 6,
  STALE_TIMESTAMP: 7,
  UNKNOWN_SESSION: 8,
  KEY_RETIRED: 9,
  UNKNOWN_PEER: 10,
  REVOKED_PEER: 11,
  BAD_CERTIFICATE: 12,
  BAD_SIGNATURE: 13,
  DOWNGRADE: 14,
  TRANSCRIPT_MISMATCH: 15,
  HANDSHAKE_TIMEOUT: 16,
  MISSING_TENANT: 17,
  UNKNOWN_TENANT: 18,
  TENANT_MISMATCH: 19,
  DEVICE_NOT_ALLOWED: 20,
  NO_ROUTE: 21,
  CLASSIFICATION_EXCEEDED: 22,
  COMPARTMENT_EXCEEDED: 23,
  ROE_EXCEEDED: 24,
  INVALID_ROE_TOKEN: 25,
  MISSING_TWO_PERSON_SIGNATURES: 26,
  INVALID_TWO_PERSON_SIGNATURES: 27,
  MISSING_CLAIM_TOKEN: 28,
  INVALID_CLAIM_TOKEN: 29,
  AUDIT_UNAVAILABLE: 30,
  DESTINATION_UNAVAILABLE: 31,
  TIMEOUT: 32,
  OVERLOADED: 33,
  INTERNAL: 34,
} as const;

/** Name of a reason. */
export type Reason = keyof typeof REASONS;
