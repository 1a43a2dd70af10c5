import type { Channel } from "../../../../images/runtime/dbe/link/channel.ts";
import type { Random } from "../../../unit/dbe/support/random.ts";
import { between } from "./between.ts";
import type { World } from "./world.ts";

/** How bad the network is; shares from 0 to 1, times in ms. */
export interface Weather {
  readonly drop: number;
  readonly duplicate: number;
  /** One bit of a frame is turned. */
  readonly corrupt: number;
  /** Frames that others overtake, and by how much they are late at most. */
  readonly reorder: number;
  readonly lateMs: number;
  readonly delayMs: number;
  /** Bytes per ms; 0: without bound. */
  readonly bandwidth: number;
  readonly dialFails: number;
  readonly dialHangs: number;
}

export const CALM: Weather = {
  ...{ drop: 0, duplicate: 0, corrupt: 0, reorder: 0, lateMs: 0, delayMs: 2, bandwidth: 0 },
  ...{ dialFails: 0, dialHangs: 0 },
};

/** Both ends of a connection. */
export interface Connection {
  readonly ends: readonly [SimChannel, SimChannel];
}

/** One end of a connection. */
export class SimChannel implements Channel {
  readonly group = "SecP384r1MLKEM1024";
  readonly transport: "quic" | "tls";
  readonly binding: Buffer;
  readonly remote: string;
  readonly peer: string;
  writableLength = 0;
  open = true;
  onFrame: (frame: Buffer) => void = () => {};
  onClose: (why?: Error) => void = () => {};
  readonly #network: Network;
  #departs = 0;
  #arrives = 0;
  other: SimChannel | undefined;

  constructor(network: Network, transport: "quic" | "tls", binding: Buffer, remote: string, peer: string) {
    this.#network = network;
    this.transport = transport;
    this.binding = binding;
    this.remote = remote;
    this.peer = peer;
  }

  write(frame: Buffer): boolean {
    if (!this.open) return false;
    const { world, weather, random } = this.#network;
    const bytes = frame.length;
    this.#departs = Math.max(world.now, this.#departs) + (weather.bandwidth > 0 ? bytes / weather.bandwidth : 0);
    if (this.#departs > world.now) {
      this.writableLength += bytes;
      world.after(this.#departs - world.now, () => {
        this.writableLength -= bytes;
      });
    }
    const copies = random.chance(weather.drop) ? 0 : random.chance(weather.duplicate) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) this.#deliver(Buffer.from(frame));
    return weather.bandwidth === 0;
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    this.#network.forget();
    this.#network.world.after(0, () => this.onClose(undefined));
    if (this.other) this.#network.end(this.other, this.#arrives - this.#network.world.now + 1);
  }

  #deliver(frame: Buffer): void {
    const { world, weather, random } = this.#network;
    if (random.chance(weather.corrupt)) frame[between(random, 0, frame.length - 1)]! ^= 1 << between(random, 0, 7);
    const arrival = this.#departs + between(random, 1, Math.max(1, weather.delayMs));
    const late = random.chance(weather.reorder) ? between(random, 1, weather.lateMs) : 0;
    if (late === 0) this.#arrives = Math.max(this.#arrives, arrival);
    this.#network.frames += 1;
    world.after((late === 0 ? this.#arrives : arrival + late) - world.now, () => {
      if (this.other?.open) this.other.onFrame(frame);
    });
  }
}

/** Connections between simulated nodes. */
export class Network {
  weather: Weather = CALM;
  frames = 0;
  readonly world: World;
  readonly random: Random;
  readonly connections = new Set<Connection>();
  /** The name in a node's TLS certificate, where it is another's. */
  readonly names = new Map<string, string>();

  constructor(world: World, random: Random) {
    this.world = world;
    this.random = random;
  }

  /** A connection; `accept` takes its other end. */
  dial(from: string, to: string, accept: (channel: Channel) => boolean): Promise<Channel> {
    const { world, random, weather } = this;
    if (random.chance(weather.dialHangs)) return new Promise(() => {});
    const fails = random.chance(weather.dialFails);
    return new Promise((resolve, reject) => {
      world.after(between(random, 1, 2 * weather.delayMs), () => {
        const transport = random.chance(0.5) ? "quic" : "tls";
        const binding = random.bytes(48);
        const ours = new SimChannel(this, transport, binding, to, this.names.get(to) ?? to);
        const theirs = new SimChannel(this, transport, binding, from, this.names.get(from) ?? from);
        ours.other = theirs;
        theirs.other = ours;
        if (fails || !accept(theirs)) return reject(new Error("connection refused"));
        this.connections.add({ ends: [ours, theirs] });
        resolve(ours);
      });
    });
  }

  /** Cuts a connection: frames under way are lost. An end that is not told learns it from the silence only. */
  cut(connection: Connection, told: readonly [boolean, boolean]): void {
    this.connections.delete(connection);
    connection.ends.forEach((end, index) => {
      end.other = undefined;
      if (told[index]) this.end(end, between(this.random, 0, 50));
    });
  }

  /** Ends one end in a while. */
  end(channel: SimChannel, ms: number): void {
    this.world.after(ms, () => {
      if (!channel.open) return;
      channel.open = false;
      this.forget();
      channel.onClose(undefined);
    });
  }

  /** Drops the connections that ended on both sides. */
  forget(): void {
    for (const connection of this.connections) {
      if (connection.ends.every((end) => !end.open)) this.connections.delete(connection);
    }
  }
}
