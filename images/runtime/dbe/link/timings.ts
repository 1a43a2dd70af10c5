/** Times of one link, milliseconds. */
export interface LinkTimings {
  /** From the first frame of a handshake to the first frame of its session. */
  readonly handshakeMs: number;
  readonly dialMs: number;
  /** Silence after which the peer is asked, and after which the channel is given up. */
  readonly idleMs: number;
  readonly deadMs: number;
  /** How long an old session, or an old channel, still takes frames. */
  readonly graceMs: number;
  readonly tickMs: number;
  readonly backoffFirstMs: number;
  readonly backoffMostMs: number;
  /** How often a full channel is looked at again. */
  readonly drainMs: number;
  /**
   * How long a request is remembered past its deadline. A copy is sealed by the deadline at the latest and is refused
   * as stale more than 30 s off the receiver's clock; clocks may differ by 30 s. So no copy is accepted 60 s later.
   */
  readonly rememberMs: number;
}

export const LINK_TIMINGS: LinkTimings = {
  handshakeMs: 10_000,
  dialMs: 10_000,
  idleMs: 5_000,
  deadMs: 15_000,
  graceMs: 30_000,
  tickMs: 1_000,
  backoffFirstMs: 100,
  backoffMostMs: 5_000,
  drainMs: 5,
  rememberMs: 60_000,
};
