import type { Socket } from "node:net";
import { FrameReader } from "../codec/framing.ts";
import type { TransportLimits } from "./limits.ts";
import type { PeerChannel } from "./transport.ts";

/** What the transport knows about a channel. */
export interface ChannelFacts {
  readonly binding: Buffer;
  readonly group: string;
  readonly transport: "quic" | "tls";
  readonly remote: string;
  readonly peer: string;
}

/**
 * A channel over a socket that is authenticated and greeted. It reads from when `onFrame` is set; an end that came
 * before `onClose` was set is told then.
 */
export class StreamChannel implements PeerChannel {
  readonly binding: Buffer;
  readonly group: string;
  readonly transport: "quic" | "tls";
  readonly remote: string;
  readonly peer: string;
  readonly #socket: Socket;
  readonly #limits: TransportLimits;
  readonly #frames = new FrameReader();
  #onFrame: (frame: Buffer) => void = () => {};
  #onClose: ((why?: Error) => void) | undefined;
  #why: Error | undefined;
  #closed = false;
  #reading = false;
  #paused = false;
  #gathering = false;
  #accepted = 0;
  #delivered = 0;
  #stall: NodeJS.Timeout | undefined;

  constructor(socket: Socket, facts: ChannelFacts, limits: TransportLimits) {
    this.binding = facts.binding;
    this.group = facts.group;
    this.transport = facts.transport;
    this.remote = facts.remote;
    this.peer = facts.peer;
    this.#socket = socket;
    this.#limits = limits;
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.pause();
    socket.on("end", () => {
      if (this.#frames.held > 0) this.#why ??= new Error("the peer ended the channel within a frame");
    });
    socket.on("error", (error) => {
      this.#why ??= error;
    });
    if (socket.closed) this.#closed = true;
    else socket.on("close", () => this.#ended());
  }

  get onFrame(): (frame: Buffer) => void {
    return this.#onFrame;
  }

  set onFrame(take: (frame: Buffer) => void) {
    this.#onFrame = take;
    this.#reading = true;
    if (!this.#paused) this.#socket.resume();
  }

  get onClose(): (why?: Error) => void {
    return this.#onClose ?? (() => {});
  }

  set onClose(told: (why?: Error) => void) {
    const first = this.#onClose === undefined;
    this.#onClose = told;
    if (first && this.#closed) queueMicrotask(() => told(this.#why));
  }

  get writableLength(): number {
    return this.#socket.writableLength;
  }

  write(frame: Buffer): boolean {
    const socket = this.#socket;
    if (!socket.writable) return false;
    if (socket.writableLength + frame.length > this.#limits.mostQueued) {
      this.#giveUp(`the peer does not read: ${socket.writableLength} bytes wait for it`);
      return false;
    }
    this.#gather();
    socket.write(frame);
    this.#accepted += frame.length;
    if (this.#stall === undefined) this.#watch();
    return socket.writableLength <= this.#limits.highWater;
  }

  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#reading) this.#socket.resume();
  }

  close(): void {
    if (this.#closed) return;
    this.#socket.end();
    // The peer's end is read even if nobody asked for its frames.
    this.#socket.resume();
    const timer = setTimeout(() => this.#socket.destroy(), this.#limits.lingerMs);
    this.#socket.once("close", () => clearTimeout(timer));
  }

  /** Frames of one turn go out together: one system call, and one TLS record where they are small. */
  #gather(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    this.#socket.cork();
    process.nextTick(() => {
      this.#gathering = false;
      this.#socket.uncork();
    });
  }

  #take(chunk: Buffer): void {
    let frames: Buffer[];
    try {
      frames = this.#frames.push(chunk);
    } catch (error) {
      this.#why ??= error instanceof Error ? error : new Error(String(error));
      this.#socket.destroy();
      return;
    }
    for (const frame of frames) this.#onFrame(frame);
  }

  /** Once in a while as long as bytes wait: gives the channel up when none of them has moved since. */
  #watch(): void {
    this.#stall = setTimeout(() => {
      this.#stall = undefined;
      const waiting = this.#socket.writableLength;
      if (waiting === 0 || this.#closed) return;
      const delivered = this.#accepted - waiting;
      if (delivered === this.#delivered) {
        this.#giveUp(`the peer has read nothing for ${this.#limits.stallMs} ms`);
        return;
      }
      this.#delivered = delivered;
      this.#watch();
    }, this.#limits.stallMs);
    this.#stall.unref();
  }

  #giveUp(why: string): void {
    this.#why ??= new Error(why);
    this.#socket.destroy();
  }

  #ended(): void {
    this.#closed = true;
    clearTimeout(this.#stall);
    this.#onClose?.(this.#why);
  }
}
