import type { Socket } from "node:net";
import type { TransportLimits } from "./limits.ts";

/**
 * Bounds the connections of those who have not shown who they are. They go by address and port, since a TLS socket is
 * another object than the connection it came on.
 */
export class Strangers {
  readonly #limits: TransportLimits;
  readonly #sockets = new Map<string, Socket>();
  readonly #addresses = new Map<string, number>();

  constructor(limits: TransportLimits) {
    this.#limits = limits;
  }

  /** Counts a connection until it is known or closed; one too many is destroyed. */
  admit(socket: Socket): void {
    const { remoteAddress: address = "", remotePort: port } = socket;
    const same = this.#addresses.get(address) ?? 0;
    if (this.#sockets.size >= this.#limits.strangers || same >= this.#limits.strangersEach) {
      socket.destroy();
      return;
    }
    this.#sockets.set(`${address} ${port}`, socket);
    this.#addresses.set(address, same + 1);
    socket.once("close", () => this.#forget(address, port));
  }

  /** The connection has shown who it is. */
  known(socket: Socket): void {
    this.#forget(socket.remoteAddress ?? "", socket.remotePort);
  }

  /** Ends all that are still counted. */
  destroy(): void {
    for (const socket of this.#sockets.values()) socket.destroy();
  }

  #forget(address: string, port: number | undefined): void {
    if (!this.#sockets.delete(`${address} ${port}`)) return;
    const left = (this.#addresses.get(address) ?? 1) - 1;
    if (left > 0) this.#addresses.set(address, left);
    else this.#addresses.delete(address);
  }
}
