import { once } from "node:events";
import type { Socket } from "node:net";
import { connect, createSecureContext, createServer, type Server, type TLSSocket } from "node:tls";
import { ChannelSet } from "./channel-set.ts";
import { answerGreeting, greet } from "./greeting.ts";
import { TRANSPORT_LIMITS, type TransportLimits } from "./limits.ts";
import { PROTOCOL } from "./protocol.ts";
import { Strangers } from "./strangers.ts";
import { tlsOptions } from "./tls-options.ts";
import { tlsPeer } from "./tls-peer.ts";
import type { Credentials, PeerAddress, PeerChannel, Refusal, Transport } from "./transport.ts";
import { TransportError } from "./transport-error.ts";

/** Silence after which the kernel asks whether the other end is still there; it gives up ten seconds later. */
const KEEP_ALIVE_MS = 5_000;

export interface TlsTransportOptions {
  /** Fleet domain; certificates name <node>.<domain>. */
  readonly domain: string;
  /** Where peers come in. */
  readonly bind: { readonly address: string; readonly port: number };
  readonly credentials: Credentials;
  /** Nodes that may open channels, as they are now. */
  readonly peers: () => readonly string[];
  /** Told about every connection that became no channel. */
  readonly onRefused?: (refusal: Refusal) => void;
  readonly limits?: Partial<TransportLimits>;
}

/** Channels over TLS 1.3 on TCP, with certificates on both ends. */
export class TlsTransport implements Transport {
  readonly #options: TlsTransportOptions;
  readonly #limits: TransportLimits;
  readonly #channels: ChannelSet;
  readonly #strangers: Strangers;
  readonly #dialling = new Set<TLSSocket>();
  #credentials: Credentials;
  #server: Server | undefined;

  /** @throws Error when the credentials cannot be used */
  constructor(options: TlsTransportOptions) {
    this.#options = options;
    this.#limits = { ...TRANSPORT_LIMITS, ...options.limits };
    this.#channels = new ChannelSet(this.#limits);
    this.#strangers = new Strangers(this.#limits);
    this.#credentials = checked(options.credentials);
  }

  /** Port that peers connect to; 0 before `listen`. */
  get port(): number {
    const address = this.#server?.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  async listen(onChannel: (channel: PeerChannel) => void): Promise<void> {
    const server = createServer({
      ...tlsOptions(this.#credentials),
      requestCert: true,
      // Looked at by tlsPeer(), first of all: refused here, a stranger would be gone before he could be named.
      rejectUnauthorized: false,
      ALPNProtocols: [PROTOCOL],
      handshakeTimeout: this.#limits.handshakeMs,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
    });
    server.maxConnections = this.#limits.channels + this.#limits.strangers;
    server.on("connection", (socket) => this.#strangers.admit(socket));
    server.on("secureConnection", (socket) => void this.#accept(socket, onChannel));
    server.on("tlsClientError", (error, socket) => this.#refuse(socket, error));
    const { address, port } = this.#options.bind;
    server.listen(port, address);
    await once(server, "listening");
    // A connection that could not be taken, for want of descriptors, ends nothing else.
    server.on("error", ({ message }) => this.#options.onRefused?.({ remote: "", why: message }));
    this.#server = server;
  }

  async dial(peer: PeerAddress): Promise<PeerChannel> {
    const socket = connect({
      ...tlsOptions(this.#credentials),
      host: peer.address,
      port: peer.port,
      servername: `${peer.node}.${this.#options.domain}`,
      rejectUnauthorized: true,
      ALPNProtocols: [PROTOCOL],
    });
    socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
    this.#dialling.add(socket.on("error", ignore));
    const limit = setTimeout(
      () => socket.destroy(new Error(`no answer within ${this.#limits.dialMs} ms`)),
      this.#limits.dialMs,
    );
    try {
      await once(socket, "secureConnect");
      const facts = tlsPeer(socket, "client", this.#options.domain);
      if (facts.peer !== peer.node) throw new Error(`the peer's certificate is ${facts.peer}'s`);
      await greet(socket, this.#limits.dialMs);
      return this.#channels.add(socket, facts);
    } catch (error) {
      socket.destroy();
      throw new TransportError("tls", peer, error);
    } finally {
      clearTimeout(limit);
      this.#dialling.delete(socket);
    }
  }

  setCredentials(credentials: Credentials): void {
    this.#credentials = checked(credentials);
    this.#server?.setSecureContext(tlsOptions(this.#credentials));
  }

  async close(): Promise<void> {
    const server = this.#server;
    const closed = server === undefined ? undefined : once(server, "close");
    server?.close();
    this.#strangers.destroy();
    for (const socket of this.#dialling) socket.destroy(new Error("this transport is closed"));
    await this.#channels.close();
    await closed;
  }

  async #accept(socket: TLSSocket, onChannel: (channel: PeerChannel) => void): Promise<void> {
    socket.on("error", ignore);
    try {
      const facts = tlsPeer(socket, "server", this.#options.domain);
      if (!this.#options.peers().includes(facts.peer)) throw new Error(`${facts.peer} is no peer of this node`);
      if (this.#channels.size >= this.#limits.channels) throw new Error(`${this.#channels.size} channels are open`);
      await answerGreeting(socket, this.#limits.handshakeMs);
      this.#strangers.known(socket);
      onChannel(this.#channels.add(socket, facts));
    } catch (error) {
      this.#refuse(socket, error);
    }
  }

  #refuse(socket: Socket, error: unknown): void {
    const remote = `${socket.remoteAddress}:${socket.remotePort}`;
    this.#strangers.known(socket);
    socket.on("error", ignore);
    socket.destroy();
    this.#options.onRefused?.({ remote, why: error instanceof Error ? error.message : String(error) });
  }
}

/** An error is told by whoever waits for the socket; it must never be without a listener. */
function ignore(): void {}

function checked(credentials: Credentials): Credentials {
  createSecureContext(tlsOptions(credentials));
  return credentials;
}
