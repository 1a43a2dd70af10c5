import { TYPES } from "../../../../images/runtime/dbe/codec/constants.ts";
import type { Envelope } from "../../../../images/runtime/dbe/codec/types.ts";
import { Acceptor } from "../../../../images/runtime/dbe/link/acceptor.ts";
import type { Channel } from "../../../../images/runtime/dbe/link/channel.ts";
import type { Clock } from "../../../../images/runtime/dbe/link/clock.ts";
import { DbeLink } from "../../../../images/runtime/dbe/link/dbe-link.ts";
import type { LinkEvent } from "../../../../images/runtime/dbe/link/events.ts";
import type { Keying } from "../../../../images/runtime/dbe/link/keying.ts";
import type { LinkLimits } from "../../../../images/runtime/dbe/link/limits.ts";
import { LINK_TIMINGS } from "../../../../images/runtime/dbe/link/timings.ts";
import { NOW } from "../../../unit/dbe/support/envelopes.ts";
import type { Random } from "../../../unit/dbe/support/random.ts";
import { between } from "./between.ts";
import type { Ledger } from "./ledger.ts";
import type { World } from "./world.ts";

/** What a simulated node is made with. */
export interface SimNodeOptions {
  readonly name: string;
  readonly peers: readonly string[];
  readonly world: World;
  readonly random: Random;
  readonly ledger: Ledger;
  readonly limits: LinkLimits;
  readonly rotation: { readonly seconds: number; readonly messages: number };
  /** Its wall clock, ms off the others'. */
  readonly skew: () => number;
  readonly keying: (now: () => number) => Keying;
  readonly dial: (peer: string) => Promise<Channel>;
  readonly report: (event: LinkEvent) => void;
}

/** Payloads that begin with this byte are never answered by a service, with this one they are refused. */
export const MUTE = 1;
export const REFUSED = 2;

/** One process of a node: links, acceptor, a service a tenant. A restart kills it and makes another. */
export class SimNode {
  readonly links = new Map<string, DbeLink>();
  readonly acceptor: Acceptor;
  alive = true;
  readonly #options: SimNodeOptions;

  constructor(options: SimNodeOptions) {
    this.#options = options;
    const { name, peers, random, limits, keying, report } = options;
    const clock = this.#clock();
    const common = {
      ...{ self: name, clock, limits, timings: LINK_TIMINGS },
      random: (bytes: number) => random.bytes(bytes),
      keying: keying(clock.now),
      report,
    };
    this.acceptor = new Acceptor({ ...common, linkWith: (peer) => this.links.get(peer) });
    for (const peer of peers) {
      const link = new DbeLink({ ...common, peer, rotation: options.rotation, dial: () => options.dial(peer) });
      link.onRequest = (request, from) => this.#serve(request, from);
      this.links.set(peer, link);
    }
  }

  /** Whether it takes a channel. */
  accept(channel: Channel): boolean {
    if (this.alive) this.acceptor.accept(channel);
    return this.alive;
  }

  kill(): void {
    this.alive = false;
  }

  /** Whatever must stay within its bounds does. */
  check(): void {
    const { limits, ledger, name } = this.#options;
    const bound = (what: string, value: number, most: number) => {
      if (value > most) ledger.violate(`${name}: ${what} ${value}, at most ${most}`);
    };
    bound("unproven", this.acceptor.unproven, limits.unproven);
    for (const link of this.links.values()) {
      const stats = link.stats();
      bound("pending", stats.pending, limits.pending);
      bound("pending bytes", stats.pendingBytes, limits.pendingBytes);
      bound("unsent", stats.unsent, limits.pending);
      bound("running", stats.running, limits.running);
      bound("unsent answers", stats.unsentAnswers, limits.running + limits.answers);
      bound("remembered", stats.remembered, limits.answers);
      bound("remembered bytes", stats.rememberedBytes, limits.answerBytes);
    }
  }

  /** The node's own time; a dead process' timers do nothing. */
  #clock(): Clock {
    const { world, skew } = this.#options;
    const begun = world.now;
    return {
      now: () => NOW + Math.floor(world.now) + skew(),
      monotonic: () => world.now - begun,
      after: (ms, action) =>
        world.after(ms, () => {
          if (this.alive) action();
        }),
    };
  }

  /** Gives a request to the service of its tenant. */
  async #serve(request: Envelope, peer: string): Promise<Envelope> {
    const { world, random, ledger, name } = this.#options;
    if (!this.alive) throw new Error("a dead process works");
    const tenant = request.tlvs.tenantId ?? "";
    ledger.delivered(name, peer, tenant, request);
    const ms = random.chance(0.8) ? between(random, 0, 20) : between(random, 20, 3000);
    await new Promise<void>((resolve) => {
      if (request.payload[0] !== MUTE) world.after(ms, resolve);
    });
    if (request.payload[0] === REFUSED) throw new Error("the service failed");
    const payload = Buffer.concat([request.messageId, request.payload]);
    return { ...request, type: TYPES.ECHO_RESP, tlvs: { tenantId: tenant }, payload };
  }
}
