/** Paths of a message, all over loopback; the first is what the others are compared with. */
export const SIDES = ["tcp", "tls", "dbe over tls", "quic", "dbe over quic"] as const;
export type SideName = (typeof SIDES)[number];

/** What is sent: how large, how many one by one and how many with a window of them under way. */
export const LOADS = [
  { size: 256, single: 2000, many: 8000, window: 64 },
  { size: 1024, single: 2000, many: 8000, window: 64 },
  { size: 64 * 1024, single: 500, many: 1000, window: 16 },
] as const;

/** One round of one side with one size. Microseconds there and back; messages a second there and back. */
export interface DbeSample {
  readonly round: number;
  readonly side: SideName;
  readonly size: number;
  readonly p50: number;
  readonly p99: number;
  readonly rate: number;
  /** Processor time of a message there and back in all processes, microseconds, with many under way. */
  readonly processor: number;
  readonly load: number;
}

export interface DbeResult {
  readonly samples: readonly DbeSample[];
  /** DBE handshakes a second, one after the other on an open channel, by round. */
  readonly handshakes: Readonly<Record<"tls" | "quic", readonly number[]>>;
}
