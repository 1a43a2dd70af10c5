/** A link at one moment. Numbers that only grow are counted since it was made. */
export interface LinkStats {
  readonly peer: string;
  readonly state: "up" | "down" | "closed";
  /** Transport, address and session in use; undefined while it is down. */
  readonly transport: "quic" | "tls" | undefined;
  readonly remote: string | undefined;
  readonly session: number | undefined;
  readonly sessionAgeMs: number | undefined;
  /** Frames of that session, each way. */
  readonly sent: number;
  readonly received: number;
  /** Of the last ping, ms. */
  readonly roundTripMs: number | undefined;
  /** Sessions that came into use. */
  readonly sessions: number;
  /** Own requests without an answer, their bytes, and those of them that wait to be sent. */
  readonly pending: number;
  readonly pendingBytes: number;
  readonly unsent: number;
  /** Copies of own requests that were sent again. */
  readonly retried: number;
  /** The peer's requests in the hands of local services; answers that wait to be sent. */
  readonly running: number;
  readonly unsentAnswers: number;
  /** The peer's requests given to local services, and copies of them that were not. */
  readonly delivered: number;
  readonly copies: number;
  /** The peer's requests that are remembered, and the bytes of the answers kept. */
  readonly remembered: number;
  readonly rememberedBytes: number;
}
