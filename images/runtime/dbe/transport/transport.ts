import type { Channel } from "../link/channel.ts";

/** Where a node of the fleet takes channels. */
export interface PeerAddress {
  /** Node id. The certificate that answers must be exactly this node's. */
  readonly node: string;
  /** IP address or host name. */
  readonly address: string;
  readonly port: number;
}

/** A channel whose other end has shown a certificate of the fleet. */
export interface PeerChannel extends Channel {
  /** Stops reading: the peer's bytes wait in bounded buffers, then at the peer. */
  pause(): void;
  resume(): void;
}

/** This node's X.509 credentials, PEM. */
export interface Credentials {
  /** Certificate chain, the node's own first; for both server and client authentication. */
  readonly cert: string;
  readonly key: string;
  /** Authorities that peers' certificates must come from. */
  readonly ca: string;
}

/** Something from outside that gave no channel. */
export interface Refusal {
  /** Address, where it is known. */
  readonly remote: string;
  readonly why: string;
}

/** Authenticated, encrypted byte streams between nodes: TLS over TCP, or QUIC. */
export interface Transport {
  /**
   * Takes channels of peers from now on.
   * @throws Error when the address or socket cannot be had
   */
  listen(onChannel: (channel: PeerChannel) => void): Promise<void>;
  /**
   * A new channel to a peer. It is there once the peer has accepted this node's certificate too.
   * @throws TransportError when there is none within the time
   */
  dial(peer: PeerAddress): Promise<PeerChannel>;
  /**
   * For channels from now on; those that are open stay.
   * @throws Error when they cannot be used, and the ones before stay
   */
  setCredentials(credentials: Credentials): void;
  /** Ends all channels in order, within a bounded time. */
  close(): Promise<void>;
}
