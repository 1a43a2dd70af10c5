import { randomBytes } from "node:crypto";
import { encodeLocal } from "../../../images/runtime/dbe/codec/local.ts";
import type { Envelope } from "../../../images/runtime/dbe/codec/types.ts";
import { Initiator } from "../../../images/runtime/dbe/handshake/initiator.ts";
import type { Channel } from "../../../images/runtime/dbe/link/channel.ts";
import type { Session } from "../../../images/runtime/dbe/session/session.ts";
import { ECHO, type Fleet, identityOf, peerBook } from "./fleet.ts";
import type { Wire } from "./wire.ts";

/** Frames in clear over a channel: the transport without DBE's session. */
export class ClearWire implements Wire {
  onAnswer: (bytes: number) => void = () => {};
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
    channel.onFrame = (frame) => this.onAnswer(frame.length);
  }

  send(payload: Buffer): void {
    this.#channel.write(encodeLocal(echo(payload)));
  }

  close(): void {
    this.#channel.close();
  }
}

/** DBE: a session over a channel, each message sealed and each answer opened. */
export class DbeWire implements Wire {
  onAnswer: (bytes: number) => void = () => {};
  readonly #channel: Channel;
  readonly #fleet: Fleet;
  #session: Session | undefined;

  constructor(channel: Channel, fleet: Fleet) {
    this.#channel = channel;
    this.#fleet = fleet;
  }

  /** A handshake, and from then on its session. */
  async handshake(): Promise<void> {
    const initiator = new Initiator({
      ...{ identity: identityOf(this.#fleet, "node-a"), peers: peerBook(this.#fleet), expect: "node-b" },
      ...{ binding: this.#channel.binding, now: Date.now, random: randomBytes },
    });
    const finish = await initiator.onResponse(await this.#exchange(initiator.start()));
    const session = initiator.onDone(await this.#exchange(finish));
    this.#session = session;
    this.#channel.onFrame = (frame) => this.onAnswer(session.open(frame).payload.length);
  }

  send(payload: Buffer): void {
    if (this.#session === undefined) throw new Error("no handshake yet");
    this.#channel.write(this.#session.seal(echo(payload)));
  }

  close(): void {
    this.#channel.close();
  }

  #exchange(frame: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#channel.onFrame = resolve;
      this.#channel.onClose = (why) => reject(why ?? new Error("the channel ended in the handshake"));
      this.#channel.write(frame);
    });
  }
}

/** A message as a service sends it. */
function echo(payload: Buffer): Envelope {
  const tlvs = { tenantId: "ALPHA", classification: 0, compartments: 1, deadlineMs: 5000 };
  return {
    ...{ type: ECHO.request, flags: 0, messageId: randomBytes(16), source: 18, destination: 52 },
    ...{ timestamp: Date.now(), tlvs, payload },
  };
}
