/** Bounds of a transport. Times in milliseconds, sizes in bytes. */
export interface TransportLimits {
  /** From the first byte of a channel to a usable one, either side. */
  readonly dialMs: number;
  /** For a stranger to show a certificate and the greeting. */
  readonly handshakeMs: number;
  /** Longest time that bytes may wait for a peer that reads nothing. */
  readonly stallMs: number;
  /** For a channel that is being closed to send what it holds. */
  readonly lingerMs: number;
  /** Queue above which `write` says false. */
  readonly highWater: number;
  /** Queue above which the channel is given up. */
  readonly mostQueued: number;
  /** Channels that peers have opened. */
  readonly channels: number;
  /** Connections of strangers, in all and from one address. */
  readonly strangers: number;
  readonly strangersEach: number;
}

/** Four times the largest frame may wait before a caller is asked to stop, sixteen times before it is stopped. */
export const TRANSPORT_LIMITS: TransportLimits = {
  dialMs: 8_000,
  handshakeMs: 5_000,
  stallMs: 30_000,
  lingerMs: 5_000,
  highWater: 4 * 1024 * 1024,
  mostQueued: 16 * 1024 * 1024,
  channels: 256,
  strangers: 64,
  strangersEach: 8,
};
