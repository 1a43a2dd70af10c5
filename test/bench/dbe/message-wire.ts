import type { Socket } from "node:net";
import type { Wire } from "./wire.ts";

const PREFIX = 4;

/** Messages behind a length of four bytes, over a socket: what DBE is compared with. */
export class MessageWire implements Wire {
  onAnswer: (bytes: number) => void = () => {};
  readonly #socket: Socket;
  #pending: Buffer[] = [];
  #held = 0;
  #wanted = PREFIX;
  #inPayload = false;
  #gathering = false;

  /** @param answer what a server does with each message */
  constructor(socket: Socket, answer?: (wire: MessageWire, message: Buffer) => void) {
    this.#socket = socket;
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => this.#take(chunk, answer));
  }

  send(payload: Buffer): void {
    const prefix = Buffer.allocUnsafe(PREFIX);
    prefix.writeUInt32BE(payload.length);
    this.#gather();
    this.#socket.write(prefix);
    this.#socket.write(payload);
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Messages of one turn go out together, as DBE's do. */
  #gather(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    this.#socket.cork();
    process.nextTick(() => {
      this.#gathering = false;
      this.#socket.uncork();
    });
  }

  #take(chunk: Buffer, answer?: (wire: MessageWire, message: Buffer) => void): void {
    let rest = chunk;
    while (this.#held + rest.length >= this.#wanted) {
      const missing = this.#wanted - this.#held;
      const whole =
        this.#held === 0 ? rest.subarray(0, missing) : Buffer.concat([...this.#pending, rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
      this.#pending = [];
      this.#held = 0;
      if (this.#inPayload) {
        this.#wanted = PREFIX;
        if (answer === undefined) this.onAnswer(whole.length);
        else answer(this, whole);
      } else this.#wanted = whole.readUInt32BE();
      this.#inPayload = !this.#inPayload;
    }
    if (rest.length > 0) {
      this.#pending.push(rest);
      this.#held += rest.length;
    }
  }
}
