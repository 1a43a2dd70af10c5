import { once } from "node:events";
import { chmod, rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { ChannelSet } from "./channel-set.ts";
import { answerGreeting, greet } from "./greeting.ts";
import { TRANSPORT_LIMITS, type TransportLimits } from "./limits.ts";
import { quicPreface, RefusedBySidecar } from "./quic-preface.ts";
import type { PeerAddress, PeerChannel, Refusal, Transport } from "./transport.ts";
import { TransportError } from "./transport-error.ts";

export interface QuicTransportOptions {
  /** Folder that the gateway and its sidecar share: dial.sock is the sidecar's, accept.sock is made here. */
  readonly sockets: string;
  /** Nodes that may open channels, as they are now. */
  readonly peers: () => readonly string[];
  /** Told about every stream that became no channel. */
  readonly onRefused?: (refusal: Refusal) => void;
  readonly limits?: Partial<TransportLimits>;
}

/** Channels over QUIC streams, by way of the dbe-quic sidecar, which has the TLS credentials. */
export class QuicTransport implements Transport {
  readonly #options: QuicTransportOptions;
  readonly #limits: TransportLimits;
  readonly #channels: ChannelSet;
  /** Connections that are no channels yet. */
  readonly #pending = new Set<Socket>();
  #server: Server | undefined;

  constructor(options: QuicTransportOptions) {
    this.#options = options;
    this.#limits = { ...TRANSPORT_LIMITS, ...options.limits };
    this.#channels = new ChannelSet(this.#limits);
  }

  async listen(onChannel: (channel: PeerChannel) => void): Promise<void> {
    const path = join(this.#options.sockets, "accept.sock");
    // A gateway that was killed leaves its socket behind.
    await rm(path, { force: true });
    const server = createServer({ pauseOnConnect: true });
    server.maxConnections = this.#limits.channels + this.#limits.strangers;
    server.on("connection", (socket) => void this.#accept(socket, onChannel));
    server.listen(path);
    await once(server, "listening");
    // A connection that could not be taken, for want of descriptors, ends nothing else.
    server.on("error", ({ message }) => this.#options.onRefused?.({ remote: "", why: message }));
    await chmod(path, 0o600);
    this.#server = server;
  }

  async dial(peer: PeerAddress): Promise<PeerChannel> {
    const socket = this.#track(connect(join(this.#options.sockets, "dial.sock")));
    const limit = setTimeout(
      () => socket.destroy(new Error(`no answer within ${this.#limits.dialMs} ms`)),
      this.#limits.dialMs,
    );
    try {
      const address = peer.address.includes(":") ? `[${peer.address}]` : peer.address;
      socket.write(`${JSON.stringify({ peer: peer.node, address: `${address}:${peer.port}` })}\n`);
      const facts = await quicPreface(socket, this.#limits.dialMs);
      if (facts.peer !== peer.node) throw new Error(`the peer's certificate is ${facts.peer}'s`);
      await greet(socket, this.#limits.dialMs);
      return this.#channels.add(socket, facts);
    } catch (error) {
      socket.destroy();
      throw new TransportError("quic", peer, error);
    } finally {
      clearTimeout(limit);
      this.#pending.delete(socket);
    }
  }

  /** Nothing to do: the sidecar reads its files again by itself, within five seconds of a change. */
  setCredentials(): void {}

  async close(): Promise<void> {
    const server = this.#server;
    const closed = server === undefined ? undefined : once(server, "close");
    server?.close();
    for (const socket of this.#pending) socket.destroy();
    await this.#channels.close();
    await closed;
  }

  async #accept(socket: Socket, onChannel: (channel: PeerChannel) => void): Promise<void> {
    this.#track(socket);
    let remote = "";
    try {
      const facts = await quicPreface(socket, this.#limits.handshakeMs);
      remote = facts.remote;
      if (!this.#options.peers().includes(facts.peer)) throw new Error(`${facts.peer} is no peer of this node`);
      if (this.#channels.size >= this.#limits.channels) throw new Error(`${this.#channels.size} channels are open`);
      await answerGreeting(socket, this.#limits.handshakeMs);
      onChannel(this.#channels.add(socket, facts));
    } catch (error) {
      socket.destroy();
      if (error instanceof RefusedBySidecar) remote = error.remote;
      this.#options.onRefused?.({ remote, why: error instanceof Error ? error.message : String(error) });
    } finally {
      this.#pending.delete(socket);
    }
  }

  /** An error is told by whoever waits for the socket; it must never be without a listener. */
  #track(socket: Socket): Socket {
    this.#pending.add(socket);
    return socket.on("error", () => {});
  }
}
