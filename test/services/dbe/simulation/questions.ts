import { TYPES } from "../../../../images/runtime/dbe/codec/constants.ts";
import { DbeError } from "../../../../images/runtime/dbe/codec/error.ts";
import { reasonName } from "../../../../images/runtime/dbe/codec/names.ts";
import type { Envelope } from "../../../../images/runtime/dbe/codec/types.ts";
import type { Random } from "../../../unit/dbe/support/random.ts";
import { between } from "./between.ts";
import type { Entry, Ledger } from "./ledger.ts";
import type { Plan } from "./plan.ts";
import { MUTE, REFUSED, type SimNode } from "./sim-node.ts";
import type { World } from "./world.ts";

const TENANTS = ["ALPHA", "BRAVO", "CHARLIE"];
const SIZES = [0, 10, 200, 200, 3000, 20_000];
/** Largest message whose answer, with the id before it, still fits; once in a while. */
const LARGEST = 1024 * 1024 - 16;
const PROBE_MS = 15_000;
const AGAIN_MS = 30_000;

/** A request, and how often its receiver had restarted when it was made. */
export interface Asked {
  readonly entry: Entry;
  readonly request: Envelope;
  readonly receiver: number;
}

/** What requests are made with. */
export interface QuestionsOptions {
  readonly random: Random;
  readonly plan: Plan;
  readonly world: World;
  readonly ledger: Ledger;
  readonly nodes: ReadonlyMap<string, SimNode>;
  /** How often a node restarted. */
  readonly restarts: (node: string) => number;
  /** Whether the network and the clocks are right. */
  readonly calm: () => boolean;
}

/** Makes requests and writes into the ledger what becomes of them. */
export class Questions {
  readonly #options: QuestionsOptions;
  readonly #asked: Asked[] = [];

  constructor(options: QuestionsOptions) {
    this.#options = options;
  }

  /** Anything, from anybody to anybody. */
  any(): void {
    const { random, plan, nodes } = this.#options;
    const from = random.pick(plan.nodes);
    if (!nodes.get(from)?.alive) return;
    const to = random.pick(plan.nodes.filter((node) => node !== from));
    const size = random.chance(0.002) ? LARGEST : random.pick(SIZES);
    const kind = random.chance(0.05) ? MUTE : random.chance(0.05) ? REFUSED : 0;
    const long = random.chance(0.6);
    const deadlineMs = long ? between(random, 100_000, 120_000) : between(random, 1, 4000);
    this.#ask({ from, to, size, kind, deadlineMs, sure: long && kind === 0 && !plan.lossy && !plan.narrow });
  }

  /** A fresh request each way between all nodes, when everything is right again. */
  probe(): void {
    const { plan } = this.#options;
    const probe = { size: 100, kind: 0, deadlineMs: PROBE_MS, sure: !plan.narrow };
    for (const from of plan.nodes) for (const to of plan.nodes) if (from !== to) this.#ask({ from, to, ...probe });
  }

  /** A node's process died: those it waited for. */
  abandon(node: string): Asked[] {
    const open = this.#asked.filter(({ entry }) => entry.outcome === undefined);
    for (const { entry } of open) if (entry.to === node) entry.sure = false;
    const abandoned = open.filter(({ entry }) => entry.from === node);
    for (const { entry } of abandoned) entry.outcome = "abandoned";
    return abandoned;
  }

  /**
   * A service that lost its gateway asks the new one with the id it used: that is no second message. Only a receiver
   * that lost its memory as well could not know.
   */
  again({ entry, request, receiver }: Asked): void {
    const { world, ledger, restarts } = this.#options;
    if (restarts(entry.to) !== receiver) return;
    const again = { ...entry, outcome: undefined, sure: false, again: true, deadline: world.now + AGAIN_MS };
    ledger.entries.set(entry.id, again);
    this.#asked.push({ entry: again, request, receiver });
    this.#request(again, request, AGAIN_MS);
  }

  #ask(what: { from: string; to: string; size: number; kind: number; deadlineMs: number; sure: boolean }): void {
    const { random, world, ledger, restarts } = this.#options;
    const { from, to, size, kind, deadlineMs, sure } = what;
    const messageId = random.bytes(16);
    const payload = Buffer.alloc(size, messageId[0]);
    if (size > 0) payload[0] = kind;
    const [source, destination] = [between(random, 10, 60), between(random, 10, 60)];
    const tenant = random.pick(TENANTS);
    const id = messageId.toString("hex");
    const deadline = world.now + deadlineMs;
    const entry = ledger.add({ id, from, to, tenant, source, destination, payload, deadline }, sure);
    const tlvs = { tenantId: tenant };
    const request = { type: TYPES.ECHO_REQ, flags: 0, messageId, source, destination, timestamp: 0, tlvs, payload };
    this.#asked.push({ entry, request, receiver: restarts(to) });
    this.#request(entry, request, deadlineMs);
  }

  #request(entry: Entry, request: Envelope, deadlineMs: number): void {
    const { nodes, ledger, world } = this.#options;
    const node = nodes.get(entry.from);
    const settle = (outcome: string, detail?: string) => {
      // What a process that was killed hears, nobody hears.
      if (node?.alive) ledger.settled(entry, outcome, world.now, detail);
    };
    const answered = (answer: Envelope) => {
      if (answer.type === TYPES.ERROR) return settle(`error ${reasonName(answer.tlvs.reason ?? 0)}`);
      this.#check(entry, answer);
      settle("answered");
    };
    const rejected = (error: unknown) => {
      if (!(error instanceof DbeError)) return ledger.violate(`${entry.id}: ${error}`);
      if (error.detail.includes("restarted")) this.#restarted(entry);
      settle(`rejected ${error.reason}`, error.detail);
    };
    node?.links.get(entry.to)?.request(request, deadlineMs).then(answered, rejected);
  }

  #check(entry: Entry, answer: Envelope): void {
    const { ledger, calm } = this.#options;
    const { id, tenant, from, to, payload } = entry;
    const fits = answer.tlvs.tenantId === tenant && answer.payload.subarray(16).equals(payload);
    if (!fits || answer.payload.toString("hex", 0, 16) !== id) ledger.violate(`${id}: wrong answer`);
    if (!calm() && this.#apart(from, to)) ledger.violate(`${id}: spoke in spite of clocks`);
  }

  /** Two nodes whose clocks differ by more than is tolerated cannot speak. */
  #apart(a: string, b: string): boolean {
    const { skews, nodes } = this.#options.plan;
    return Math.abs((skews[nodes.indexOf(a)] ?? 0) - (skews[nodes.indexOf(b)] ?? 0)) > 30_000;
  }

  /** A request was rejected because its receiver restarted: it may have been sent to the process that died. */
  #restarted(entry: Entry): void {
    const { ledger, restarts } = this.#options;
    if (restarts(entry.to) === 0) ledger.violate(`${entry.id}: ${entry.to} never restarted`);
    entry.sure = false;
  }
}
