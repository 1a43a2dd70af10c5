/** Bounds of one link in memory, and of its channels. */
export interface LinkLimits {
  /** Requests of ours without an answer, and their bytes. */
  readonly pending: number;
  readonly pendingBytes: number;
  /** Requests of the peer in the hands of local services. */
  readonly running: number;
  /** Requests of the peer that are remembered, and the bytes of their answers. */
  readonly answers: number;
  readonly answerBytes: number;
  /** Bytes in a channel's queue above which nothing is written to it. */
  readonly writable: number;
  /** Refused frames on one channel above which it is closed. */
  readonly refusals: number;
  /** New sessions the peer may begin on one channel within a minute. */
  readonly rekeysPerMinute: number;
  /** Longest deadline of a request, ms. */
  readonly deadlineMs: number;
  /** Channels of peers that have not proved who they are. */
  readonly unproven: number;
}

export const LINK_LIMITS: LinkLimits = {
  pending: 1024,
  pendingBytes: 64 * 1024 * 1024,
  running: 256,
  answers: 65_536,
  answerBytes: 64 * 1024 * 1024,
  writable: 4 * 1024 * 1024,
  refusals: 64,
  rekeysPerMinute: 10,
  deadlineMs: 600_000,
  unproven: 16,
};
