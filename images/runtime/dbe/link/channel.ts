/**
 * An ordered, reliable byte stream to one peer, cut into whole frames: a TLS connection or a QUIC stream.
 * The link sets `onFrame` and `onClose` in the same turn in which it is given the channel.
 */
export interface Channel {
  /** 48 bytes of the TLS exporter: the same at both ends of one TLS session, and nowhere else (RFC 5705, RFC 8446 7.5). */
  readonly binding: Buffer;
  /** Key exchange group of the transport, as it was negotiated. */
  readonly group: string;
  readonly transport: "quic" | "tls";
  /** Node that the transport's certificate names: the handshake must prove this one. */
  readonly peer: string;
  /** Address of the peer, for people. */
  readonly remote: string;
  /** Queues a frame; false when the queue is long. Must not throw once closed. */
  write(frame: Buffer): boolean;
  onFrame: (frame: Buffer) => void;
  /** Called once, whoever closed it; with an error unless it was closed in order. */
  onClose: (why?: Error) => void;
  close(): void;
  /** Bytes queued and not yet taken by the network. */
  readonly writableLength: number;
}
