import { TYPES } from "../../../../images/runtime/dbe/codec/constants.ts";
import { Acceptor } from "../../../../images/runtime/dbe/link/acceptor.ts";
import type { Channel } from "../../../../images/runtime/dbe/link/channel.ts";
import { DbeLink } from "../../../../images/runtime/dbe/link/dbe-link.ts";
import type { LinkEvent } from "../../../../images/runtime/dbe/link/events.ts";
import type { RequestHandler } from "../../../../images/runtime/dbe/link/incoming.ts";
import { LINK_LIMITS, type LinkLimits } from "../../../../images/runtime/dbe/link/limits.ts";
import { LINK_TIMINGS } from "../../../../images/runtime/dbe/link/timings.ts";
import { NOW } from "../../../unit/dbe/support/envelopes.ts";
import { Random } from "../../../unit/dbe/support/random.ts";
import { cheapKeying } from "./cheap-keying.ts";
import { CALM, Network } from "./network.ts";
import { World } from "./world.ts";

interface RigOptions {
  readonly limits?: Partial<LinkLimits>;
  readonly rotation?: { readonly seconds: number; readonly messages: number };
  readonly skewB?: number;
  readonly reachable?: boolean;
  /** Nodes whose TLS certificate has another node's name. */
  readonly names?: Readonly<Record<string, string>>;
}

interface Side {
  readonly link: DbeLink;
  readonly acceptor: Acceptor;
}

/** node-a and node-b with a link, in virtual time and on a network that does only what the test says. */
export class LinkRig {
  readonly events: LinkEvent[] = [];
  /** Message ids that services were given, hex. */
  readonly delivered: string[] = [];
  readonly #world = new World();
  readonly #random = new Random(1);
  readonly #network = new Network(this.#world, this.#random);
  readonly #options: RigOptions;
  readonly #sides = new Map<string, Side>();
  #service: RequestHandler = async (request) => ({ ...request, type: TYPES.L7_CHAT_RESP });

  constructor(options: RigOptions = {}) {
    this.#options = options;
    this.#network.weather = { ...CALM, delayMs: 1, dialFails: options.reachable === false ? 1 : 0 };
    for (const [node, name] of Object.entries(options.names ?? {})) this.rename(node, name);
    this.#boot("node-a", "node-b");
    this.#boot("node-b", "node-a");
  }

  /** A rig whose link is up. */
  static async up(options: RigOptions = {}): Promise<LinkRig> {
    const rig = new LinkRig(options);
    await rig.run(100);
    if (!rig.a.up || !rig.b.up) throw new Error("the link did not come up");
    return rig;
  }

  get a(): DbeLink {
    return this.#side("node-a").link;
  }

  get b(): DbeLink {
    return this.#side("node-b").link;
  }

  get channels(): number {
    return this.#network.connections.size;
  }

  get refusals(): LinkEvent[] {
    return this.events.filter((event) => event.kind === "refused");
  }

  serve(service: RequestHandler): void {
    this.#service = service;
  }

  /** Gives a node a TLS certificate with this name, for the channels from now on. */
  rename(node: string, name: string): void {
    this.#network.names.set(node, name);
  }

  run(ms: number): Promise<void> {
    return this.#world.run(this.#world.now + ms);
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.#world.after(ms, resolve));
  }

  /** Lets time go on until a promise settles. */
  async settled<T>(promise: Promise<T>): Promise<T> {
    let over = false;
    const end = () => {
      over = true;
    };
    promise.then(end, end);
    await this.#world.run(this.#world.now + 600_000, () => !over);
    return promise;
  }

  cut(told: readonly [boolean, boolean] = [true, true]): void {
    for (const connection of this.#network.connections) this.#network.cut(connection, told);
  }

  /** The process of node-b dies, and another one takes its place. */
  restartB(): void {
    this.cut([true, false]);
    this.#boot("node-b", "node-a");
  }

  /** node-b opens a channel, though it is not on its side to. */
  dialBackwards(): void {
    const { keying } = this.#common("node-b", 0);
    this.#network
      .dial("node-b", "node-a", (channel) => this.#accept("node-a", channel))
      .then((channel) => {
        const side = keying.initiate("node-a", channel.binding);
        channel.onFrame = (frame) => {
          if (frame[5] === TYPES.HS_RESPONSE) side.onResponse(frame).then((finish) => channel.write(finish));
        };
        channel.write(side.start());
      });
  }

  #side(node: string): Side {
    return this.#sides.get(node) as Side;
  }

  #accept(node: string, channel: Channel): boolean {
    this.#side(node).acceptor.accept(channel);
    return true;
  }

  #common(self: string, skew: number) {
    const now = () => NOW + Math.floor(this.#world.now) + skew;
    const random = (bytes: number) => this.#random.bytes(bytes);
    return {
      ...{ self, random, timings: LINK_TIMINGS, limits: { ...LINK_LIMITS, ...this.#options.limits } },
      keying: cheapKeying({ node: self, now, random }),
      clock: {
        now,
        monotonic: () => this.#world.now,
        after: (ms: number, action: () => void) => this.#world.after(ms, action),
      },
      report: (event: LinkEvent) => {
        this.events.push(event);
      },
    };
  }

  #boot(self: string, peer: string): void {
    const common = this.#common(self, self === "node-b" ? (this.#options.skewB ?? 0) : 0);
    const rotation = this.#options.rotation ?? { seconds: 3600, messages: 1e9 };
    const dial = () => this.#network.dial(self, peer, (channel) => this.#accept(peer, channel));
    const link = new DbeLink({ ...common, peer, rotation, dial });
    link.onRequest = (request, from) => {
      this.delivered.push(request.messageId.toString("hex"));
      return this.#service(request, from);
    };
    const acceptor = new Acceptor({ ...common, linkWith: (node) => (node === peer ? link : undefined) });
    this.#sides.set(self, { link, acceptor });
  }
}
