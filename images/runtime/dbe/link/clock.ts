/** Time and timers, injected so that a simulation can drive a link step by step. */
export interface Clock {
  /** Wall clock, milliseconds since 1970. May step; only for the timestamps of frames. */
  now(): number;
  /** Milliseconds that never go back; for deadlines and ages. */
  monotonic(): number;
  /** Runs `action` once, `ms` milliseconds from now. The function returned cancels it, also when it is too late. */
  after(ms: number, action: () => void): () => void;
}
