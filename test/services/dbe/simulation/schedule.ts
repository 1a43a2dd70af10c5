import type { LinkEvent } from "../../../../images/runtime/dbe/link/events.ts";
import { Random } from "../../../unit/dbe/support/random.ts";
import { between } from "./between.ts";
import { cheapKeying } from "./cheap-keying.ts";
import { Ledger } from "./ledger.ts";
import { CALM, Network } from "./network.ts";
import { type Plan, planOf } from "./plan.ts";
import { Questions } from "./questions.ts";
import { realKeying } from "./real-keying.ts";
import { SimNode } from "./sim-node.ts";
import { watchedKeying } from "./watched-keying.ts";
import { World } from "./world.ts";

/** Until when things go wrong, and when fresh requests must succeed again: a dead channel is found, a new one made. */
const CALM_AT = 20_000;
const PROBE_AT = CALM_AT + 45_000;

/** What a schedule has shown. */
export interface Outcome {
  readonly plan: Plan;
  readonly violations: readonly string[];
  /** Messages by outcome, and what else was counted. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Every `1 / REAL_SHARE`th seed makes real handshakes. */
export const REAL_SHARE = 32;

/** Runs the schedule of a seed from its beginning to its end. */
export async function runSchedule(seed: number): Promise<Outcome> {
  const schedule = new Schedule(seed);
  await schedule.run();
  return schedule.outcome();
}

/** Neighbouring seeds give runs that have nothing in common (the finalizer of MurmurHash3). */
function scatter(seed: number): number {
  let word = Math.imul(seed ^ (seed >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) >>> 0;
}

class Schedule {
  readonly #random: Random;
  readonly #plan: Plan;
  readonly #world = new World();
  readonly #ledger = new Ledger();
  readonly #network: Network;
  readonly #nodes = new Map<string, SimNode>();
  readonly #questions: Questions;
  /** How often each node restarted. */
  readonly #restarts = new Map<string, number>();
  readonly #counts: Record<string, number> = {};
  readonly #real: boolean;
  #restartsLeft: number;
  #calm = false;

  constructor(seed: number) {
    this.#real = seed % REAL_SHARE === 0;
    this.#random = new Random(scatter(seed));
    this.#plan = planOf(this.#random, this.#real);
    this.#restartsLeft = this.#plan.restarts;
    this.#network = new Network(this.#world, this.#random);
    this.#network.weather = this.#plan.weather;
    this.#questions = new Questions({
      ...{ random: this.#random, plan: this.#plan, world: this.#world, ledger: this.#ledger, nodes: this.#nodes },
      restarts: (node) => this.#restartsOf(node),
      calm: () => this.#calm,
    });
  }

  async run(): Promise<void> {
    const { messages, moments, cuts, restarts, rekeys, nodes } = this.#plan;
    for (const node of nodes) this.#boot(node);
    const times = Array.from({ length: moments }, () => between(this.#random, 0, CALM_AT - 1));
    for (let sent = 0; sent < messages; sent++)
      this.#world.after(this.#random.pick(times), () => this.#questions.any());
    this.#often(cuts, 300, () => this.#cut());
    this.#often(restarts, 300, () => this.#restart());
    this.#often(rekeys, 300, () => this.#rekey());
    for (let at = 500; at < PROBE_AT; at += 2500) this.#world.after(at, () => this.#check());
    this.#world.after(CALM_AT, () => {
      this.#calm = true;
      this.#network.weather = CALM;
    });
    this.#world.after(PROBE_AT, () => this.#questions.probe());
    await this.#world.run(PROBE_AT);
    await this.#world.run(PROBE_AT + 200_000, () => this.#open());
    this.#check();
    this.#ledger.conclude();
    if (this.#random.chance(0.05)) await this.#forget();
    for (const node of this.#nodes.values()) node.kill();
  }

  outcome(): Outcome {
    for (const { outcome } of this.#ledger.entries.values()) this.#count(outcome ?? "open");
    this.#count("frames", this.#network.frames);
    if (this.#real) this.#count("real");
    return { plan: this.#plan, violations: this.#ledger.violations, counts: this.#counts };
  }

  #count(what: string, by = 1): void {
    this.#counts[what] = (this.#counts[what] ?? 0) + by;
  }

  #open(): boolean {
    for (const entry of this.#ledger.entries.values()) if (entry.outcome === undefined) return true;
    return false;
  }

  #often(times: number, from: number, action: () => void): void {
    for (let time = 0; time < times; time++) this.#world.after(between(this.#random, from, CALM_AT - 1), action);
  }

  #boot(name: string): void {
    const { nodes, limits, rotation, skews } = this.#plan;
    const skew = () => (this.#calm ? 0 : (skews[nodes.indexOf(name)] ?? 0));
    const bytes = (count: number) => this.#random.bytes(count);
    const node: SimNode = new SimNode({
      ...{ name, limits, rotation, skew, world: this.#world, random: this.#random, ledger: this.#ledger },
      peers: nodes.filter((peer) => peer !== name),
      keying: (now) => {
        const keying = this.#real ? realKeying(name, now, bytes) : cheapKeying({ node: name, now, random: bytes });
        return watchedKeying(keying, this.#world, (detail) => this.#ledger.violate(detail));
      },
      dial: (peer) => {
        if (!node.alive) return new Promise(() => {});
        return this.#network.dial(
          name,
          peer,
          (channel) => node.alive && (this.#nodes.get(peer)?.accept(channel) ?? false),
        );
      },
      report: (event) => this.#heard(event),
    });
    this.#nodes.set(name, node);
  }

  #heard(event: LinkEvent): void {
    if (event.kind === "refused") this.#count(`refused ${event.reason}`);
    if (event.kind === "handshake") this.#count(event.reason ? `handshake ${event.reason}` : "handshake ok");
  }

  #check(): void {
    for (const node of this.#nodes.values()) node.check();
  }

  #cut(): void {
    const connections = [...this.#network.connections];
    if (connections.length === 0) return;
    const told = [this.#random.chance(0.8), this.#random.chance(0.8)] as const;
    this.#network.cut(this.#random.pick(connections), told);
  }

  #rekey(): void {
    const node = this.#nodes.get(this.#random.pick(this.#plan.nodes)) as SimNode;
    if (!node.alive) return;
    const link = this.#random.pick([...node.links.values()]);
    const begun = this.#world.now;
    const where = this.#random.chance(0.7) ? "same channel" : "new channel";
    const both = this.#random.chance(0.3);
    const other = both ? this.#nodes.get(link.peer)?.links : undefined;
    for (const one of [link, ...(other?.values() ?? [])]) {
      one.rekey(one === link ? where : "same channel").then(
        () => this.#count("rekeyed"),
        () => {
          this.#count("rekey failed");
          // Twice the time of a handshake.
          if (this.#world.now - begun > 20_000) this.#ledger.violate("a rekey settled too late");
        },
      );
    }
  }

  /** A process dies without a word, and another one takes its place. */
  #restart(): void {
    this.#restartsLeft -= 1;
    const name = this.#random.pick(this.#plan.nodes);
    const old = this.#nodes.get(name);
    if (!old?.alive) return;
    old.kill();
    this.#restarts.set(name, this.#restartsOf(name) + 1);
    for (const connection of [...this.#network.connections]) {
      if (!connection.ends.some((end) => end.remote === name)) continue;
      this.#network.cut(connection, [this.#random.chance(0.8), this.#random.chance(0.8)]);
    }
    const abandoned = this.#questions.abandon(name);
    this.#world.after(between(this.#random, 1, 4000), () => {
      this.#boot(name);
      // A receiver that restarts later would not know what it was given before.
      if (this.#restartsLeft > 0) return;
      for (const asked of abandoned) {
        if (this.#random.chance(0.5)) continue;
        this.#count("asked again");
        this.#questions.again(asked);
      }
    });
  }

  #restartsOf(name: string): number {
    return this.#restarts.get(name) ?? 0;
  }

  /** In the end nothing is kept: deadlines and the time to remember are over. */
  async #forget(): Promise<void> {
    await this.#world.run(this.#world.now + 190_000);
    for (const [name, node] of this.#nodes) {
      for (const link of node.links.values()) {
        const { remembered, rememberedBytes, pending, pendingBytes, running, unsentAnswers } = link.stats();
        const left = remembered + rememberedBytes + pending + pendingBytes + running + unsentAnswers;
        if (left > 0) this.#ledger.violate(`${name} still keeps something: ${JSON.stringify(link.stats())}`);
      }
    }
  }
}
