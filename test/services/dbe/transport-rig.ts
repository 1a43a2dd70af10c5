import { once } from "node:events";
import { connect as connectSocket, type Socket } from "node:net";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { encodeLocal } from "../../../images/runtime/dbe/codec/local.ts";
import { firstLine } from "../../../images/runtime/dbe/transport/first-line.ts";
import type { TransportLimits } from "../../../images/runtime/dbe/transport/limits.ts";
import { PROTOCOL } from "../../../images/runtime/dbe/transport/protocol.ts";
import { QuicTransport } from "../../../images/runtime/dbe/transport/quic-transport.ts";
import { tlsOptions } from "../../../images/runtime/dbe/transport/tls-options.ts";
import { TlsTransport } from "../../../images/runtime/dbe/transport/tls-transport.ts";
import type {
  Credentials,
  PeerAddress,
  PeerChannel,
  Refusal,
  Transport,
} from "../../../images/runtime/dbe/transport/transport.ts";
import type { Authority, CertificateWishes } from "../../images/certificates.ts";
import { Sidecar } from "../support/dbe-sidecar.ts";

export type Kind = "tls" | "quic";

export const DOMAIN = "dsmil.test";
export const NODES = ["node-a", "node-b", "node-c"] as const;

/** What a node with this id gets from an authority. */
export function credentialsOf(authority: Authority, node: string, wishes?: CertificateWishes): Credentials {
  return { ...authority.issue(`${node}.${DOMAIN}`, wishes), ca: authority.cert };
}

export interface NodeOptions {
  readonly kind: Kind;
  readonly id: string;
  readonly credentials: Credentials;
  /** The sidecar's program. */
  readonly program: string;
  readonly peers?: readonly string[];
  readonly limits?: Partial<TransportLimits>;
  /** Further flags of the sidecar. */
  readonly flags?: readonly string[];
  readonly listen?: string;
}

/** One end of the wire, over either transport. */
export class TestNode {
  readonly transport: Transport;
  readonly sidecar: Sidecar | undefined;
  readonly refusals: Refusal[] = [];
  readonly #options: NodeOptions;
  readonly #taken: PeerChannel[] = [];
  readonly #waiting: ((channel: PeerChannel) => void)[] = [];
  #credentials: Credentials;

  static async start(options: NodeOptions): Promise<TestNode> {
    const { program, credentials, flags, listen, kind } = options;
    const sidecar =
      kind === "tls"
        ? undefined
        : await Sidecar.start({
            program,
            domain: DOMAIN,
            credentials,
            ...(flags && { flags }),
            ...(listen && { listen }),
          });
    const node = new TestNode(options, sidecar);
    await node.transport.listen((channel) => {
      const waiting = node.#waiting.shift();
      if (waiting === undefined) node.#taken.push(channel);
      else waiting(channel);
    });
    return node;
  }

  private constructor(options: NodeOptions, sidecar: Sidecar | undefined) {
    this.#options = options;
    this.#credentials = options.credentials;
    this.sidecar = sidecar;
    const { limits = {}, credentials, peers = NODES } = options;
    const common = { peers: () => peers, limits, onRefused: (refusal: Refusal) => this.refusals.push(refusal) };
    this.transport =
      sidecar === undefined
        ? new TlsTransport({ ...common, domain: DOMAIN, credentials, bind: { address: "127.0.0.1", port: 0 } })
        : new QuicTransport({ ...common, sockets: sidecar.sockets });
  }

  get address(): PeerAddress {
    const port = this.transport instanceof TlsTransport ? this.transport.port : (this.sidecar?.port ?? 0);
    return { node: this.#options.id, address: "127.0.0.1", port };
  }

  /** The next channel that a peer opens. */
  next(): Promise<PeerChannel> {
    const channel = this.#taken.shift();
    return channel === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(channel);
  }

  /** Both ends of a new channel to a peer. */
  async to(peer: TestNode): Promise<[mine: PeerChannel, theirs: PeerChannel]> {
    return await Promise.all([this.transport.dial(peer.address), peer.next()]);
  }

  /** Changes the credentials as they change on a node. */
  async swap(credentials: Credentials): Promise<void> {
    this.#credentials = credentials;
    if (this.sidecar === undefined) return this.transport.setCredentials(credentials);
    const since = this.sidecar.log.length;
    this.sidecar.setFiles(credentials);
    this.sidecar.signal("SIGHUP");
    await this.sidecar.said("credentials read", since);
  }

  /** An authenticated byte stream to a peer, before the greeting: for saying what no transport says. */
  async raw(peer: TestNode): Promise<Socket> {
    const { address, port, node } = peer.address;
    if (this.sidecar !== undefined) {
      const socket = connectSocket(join(this.sidecar.sockets, "dial.sock"));
      socket.write(`${JSON.stringify({ peer: node, address: `${address}:${port}` })}\n`);
      await firstLine(socket, 1024, 5_000);
      return socket;
    }
    const servername = `${node}.${DOMAIN}`;
    const options = tlsOptions(this.#credentials);
    const socket = connectTls({ ...options, host: address, port, servername, ALPNProtocols: [PROTOCOL] });
    await once(socket, "secureConnect");
    return socket;
  }

  async close(): Promise<void> {
    await this.transport.close();
    await this.sidecar?.end();
  }
}

/** A frame with a payload of this size; each has an id of its own. */
export function frameOf(size: number, fill = 0x5a): Buffer {
  const messageId = Buffer.alloc(16);
  messageId.writeUInt32BE(size, 0);
  messageId.writeUInt32BE(fill, 4);
  const timestamp = 1_700_000_000_000;
  return encodeLocal({
    ...{ type: 0x01, flags: 0, messageId, source: 1, destination: 2, timestamp, tlvs: {} },
    payload: Buffer.alloc(size, fill),
  });
}

/** What comes out of one end of a channel, from now on. */
export class Inbox {
  readonly frames: Buffer[] = [];
  readonly closed: Promise<Error | undefined>;
  #wake: () => void = () => {};

  constructor(channel: PeerChannel, answer?: (frame: Buffer) => void) {
    this.closed = new Promise((resolve) => {
      channel.onClose = resolve;
    });
    channel.onFrame = (frame) => {
      this.frames.push(Buffer.from(frame));
      answer?.(frame);
      this.#wake();
    };
  }

  /** The first `count` frames, once they are there. */
  async take(count: number): Promise<Buffer[]> {
    while (this.frames.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.frames.slice(0, count);
  }
}
