import type { Socket } from "node:net";
import type { TransportLimits } from "./limits.ts";
import { type ChannelFacts, StreamChannel } from "./stream-channel.ts";

/** The channels of one transport that are open. */
export class ChannelSet {
  readonly #limits: TransportLimits;
  readonly #open = new Map<StreamChannel, Promise<void>>();

  constructor(limits: TransportLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Makes a greeted socket a channel. */
  add(socket: Socket, facts: ChannelFacts): StreamChannel {
    const channel = new StreamChannel(socket, facts, this.#limits);
    if (socket.closed) return channel;
    const closed = new Promise<void>((resolve) => {
      socket.once("close", () => {
        this.#open.delete(channel);
        resolve();
      });
    });
    this.#open.set(channel, closed);
    return channel;
  }

  /** Closes all in order; ends after the limits' lingerMs at the latest. */
  async close(): Promise<void> {
    const closed = [...this.#open.values()];
    for (const channel of this.#open.keys()) channel.close();
    await Promise.all(closed);
  }
}
