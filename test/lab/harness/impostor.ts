import { randomBytes } from "node:crypto";
import { OFFSETS, TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import { DbeError } from "../../../images/runtime/dbe/codec/error.ts";
import type { Envelope } from "../../../images/runtime/dbe/codec/types.ts";
import { Initiator } from "../../../images/runtime/dbe/handshake/initiator.ts";
import type { NodeIdentity } from "../../../images/runtime/dbe/handshake/peer-book.ts";
import { BOOT_BYTES, CONTROL, encodeControl } from "../../../images/runtime/dbe/link/control.ts";
import type { Session } from "../../../images/runtime/dbe/session/session.ts";
import { QuicTransport } from "../../../images/runtime/dbe/transport/quic-transport.ts";
import type { PeerChannel } from "../../../images/runtime/dbe/transport/transport.ts";
import { signer } from "../../../images/runtime/pqc/signer.ts";
import { Sidecar } from "../../services/support/dbe-sidecar.ts";
import { ADDRESS, DOMAIN, PORT } from "./bus.ts";
import type { Stolen } from "./stolen.ts";

/** The host's own address on the lab's network. */
export const HOST = "172.20.0.1";

/** Someone outside of the fleet who has all that one of its nodes has, and a QUIC sidecar of its own. */
export class Impostor {
  readonly stolen: Stolen;
  readonly #sidecar: Sidecar;
  readonly #transport: QuicTransport;

  static async start(program: string, stolen: Stolen): Promise<Impostor> {
    const options = { program, domain: DOMAIN, credentials: stolen.credentials, listen: `${HOST}:0` };
    return new Impostor(stolen, await Sidecar.start(options));
  }

  private constructor(stolen: Stolen, sidecar: Sidecar) {
    this.stolen = stolen;
    this.#sidecar = sidecar;
    this.#transport = new QuicTransport({ sockets: sidecar.sockets, peers: () => [] });
  }

  /** A channel to a node's gateway: the fleet's TLS certificate opens it. */
  async channel(node: keyof typeof ADDRESS): Promise<Wire> {
    return new Wire(await this.#transport.dial({ node, address: ADDRESS[node], port: PORT }), node, this.stolen);
  }

  async close(): Promise<void> {
    await this.#transport.close();
    await this.#sidecar.end();
  }
}

/** A channel, with whatever one may say on it. */
export class Wire {
  readonly channel: PeerChannel;
  readonly #node: string;
  readonly #stolen: Stolen;
  readonly #boot = randomBytes(BOOT_BYTES).toString("hex");
  readonly #frames: Buffer[] = [];
  #closed = false;
  #wake: () => void = () => {};

  constructor(channel: PeerChannel, node: string, stolen: Stolen) {
    this.channel = channel;
    this.#node = node;
    this.#stolen = stolen;
    channel.onFrame = (frame) => {
      this.#frames.push(Buffer.from(frame));
      this.#wake();
    };
    channel.onClose = () => {
      this.#closed = true;
      this.#wake();
    };
  }

  /** The side that begins a handshake on this channel. */
  initiator(identity: NodeIdentity = this.identity()): Initiator {
    const { root, keys } = this.#stolen;
    const peers = { root, domain: DOMAIN, pinned: (id: string) => keys.get(id), revoked: () => false };
    const own = { now: Date.now, random: randomBytes, binding: this.channel.binding };
    return new Initiator({ ...own, identity, peers, expect: this.#node });
  }

  /** The stolen identity, with some of it replaced. */
  identity(changes: Partial<NodeIdentity> = {}): NodeIdentity {
    const { node, certificate, seed } = this.#stolen;
    return { node, certificate, sign: signer(seed).sign, ...changes };
  }

  /** Runs a handshake: a session in which the first frame was sent, or the reason that the node gives for refusing. */
  async session(identity?: NodeIdentity): Promise<Session | string> {
    const initiator = this.initiator(identity);
    try {
      this.channel.write(initiator.start());
      this.channel.write(await initiator.onResponse(await this.#handshakeFrame()));
      const session = initiator.onDone(await this.#handshakeFrame());
      const hello = encodeControl(CONTROL.HELLO, this.#boot, randomBytes(16));
      this.channel.write(session.seal({ ...hello, timestamp: Date.now() }));
      return session;
    } catch (error) {
      if (error instanceof DbeError) return error.reason;
      throw error;
    }
  }

  /** As `session`. @throws Error when it is refused */
  async opened(): Promise<Session> {
    const session = await this.session();
    if (typeof session === "string") throw new Error(`${this.#node} refused the handshake: ${session}`);
    return session;
  }

  /** Sends a message in a session; the answer to it, or undefined when the channel ends instead. */
  async ask(session: Session, message: Envelope): Promise<Envelope | undefined> {
    this.channel.write(session.seal(message));
    for (;;) {
      const frame = await this.next();
      if (frame === undefined) return undefined;
      const envelope = session.open(frame);
      if (envelope.messageId.equals(message.messageId)) return envelope;
    }
  }

  /** The next frame; undefined once the channel has ended. */
  async next(): Promise<Buffer | undefined> {
    while (this.#frames.length === 0 && !this.#closed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#frames.shift();
  }

  /** Waits for the other side to end the channel. */
  async ended(): Promise<void> {
    while ((await this.next()) !== undefined);
  }

  /** Frames of the session before may come between those of a new handshake. */
  async #handshakeFrame(): Promise<Buffer> {
    for (;;) {
      const frame = await this.next();
      if (frame === undefined) throw new DbeError("UNKNOWN_PEER", "the channel was ended");
      if (frame.readUInt32BE(OFFSETS.session) === 0) return frame;
    }
  }
}

/** An echo to the node itself, with whatever is said otherwise. */
export function echo(changes: Partial<Envelope> = {}): Envelope {
  return {
    ...{ type: TYPES.ECHO_REQ, flags: 0, messageId: randomBytes(16), source: 0, destination: 0 },
    ...{ timestamp: Date.now(), tlvs: { tenantId: "ALPHA", deadlineMs: 5000 }, payload: Buffer.from("echo") },
    ...changes,
  };
}
