/** Context of the signature of a claim token. */
export const CLAIM_CONTEXT = "dsmil-l7-claim-v1";

/** Longest life of a claim, seconds. */
export const MAX_CLAIM_SECONDS = 300;

/** Longest token, characters: what the TLV L7_CLAIM_TOKEN can hold. */
export const MAX_CLAIM_LENGTH = 8192;

/** Form of `user_id`: printable, no white space. */
export const USER_ID = /^[\x21-\x7e]{1,128}$/;

/** What the L7 router states about one message: who asked for it, and for which tenant. */
export interface Claim {
  /** Upper-case tenant id. */
  readonly tenant_id: string;
  /** Name of the user or of the API key. */
  readonly user_id: string;
  /** Device that sends the message. */
  readonly device: number;
  /** Seconds since 1970. */
  readonly issued_at: number;
  /** Seconds since 1970; at most 300 after `issued_at`. */
  readonly expires_at: number;
  /** Hex of the id of the one message it goes with. */
  readonly message_id: string;
}
