import type { Envelope } from "../../../../images/runtime/dbe/codec/types.ts";

/** What is known about one message. */
export interface Entry {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly tenant: string;
  readonly source: number;
  readonly destination: number;
  readonly payload: Buffer;
  /** Virtual ms by which its promise must have settled. */
  readonly deadline: number;
  /** Must be answered: nothing that may go wrong with it is planned in this schedule. */
  sure: boolean;
  deliveries: number;
  /** Asked by a process that died before, with this id. */
  again: boolean;
  /** `answered`, `error <reason>` (the peer said so), `rejected <reason>`, `abandoned` (its node restarted). */
  outcome: string | undefined;
  detail: string;
}

/** All messages of a schedule, and everything that must not be. */
export class Ledger {
  readonly entries = new Map<string, Entry>();
  readonly violations: string[] = [];

  violate(what: string): void {
    this.violations.push(what);
  }

  add(entry: Omit<Entry, "deliveries" | "again" | "outcome" | "detail" | "sure">, sure: boolean): Entry {
    const added: Entry = { ...entry, sure, deliveries: 0, again: false, outcome: undefined, detail: "" };
    this.entries.set(entry.id, added);
    return added;
  }

  /** A service of `tenant` on `node` was given a message. */
  delivered(node: string, peer: string, tenant: string, request: Envelope): void {
    const id = request.messageId.toString("hex");
    const entry = this.entries.get(id);
    if (!entry) {
      this.violate(`${node} was given ${id}, which nobody sent`);
      return;
    }
    entry.deliveries += 1;
    if (entry.deliveries > 1) this.violate(`${id} was delivered ${entry.deliveries} times`);
    if (entry.to !== node || entry.from !== peer) this.violate(`${id} of ${entry.from} to ${entry.to} came to ${node}`);
    if (entry.tenant !== tenant || request.tlvs.tenantId !== tenant) {
      this.violate(`${id} of ${entry.tenant} came to ${tenant} as ${request.tlvs.tenantId}`);
    }
    const same = entry.source === request.source && entry.destination === request.destination;
    if (!same || !entry.payload.equals(request.payload)) this.violate(`${id} was altered`);
  }

  settled(entry: Entry, outcome: string, now: number, detail = ""): void {
    if (entry.outcome === "abandoned") return;
    if (entry.outcome !== undefined) this.violate(`${entry.id} settled twice: ${entry.outcome}, ${outcome}`);
    entry.outcome = outcome;
    entry.detail = detail;
    if (now > entry.deadline) this.violate(`${entry.id} settled ${now - entry.deadline} ms after its deadline`);
    if (outcome === "answered" && entry.deliveries !== 1) {
      this.violate(`${entry.id} was answered and delivered ${entry.deliveries} times`);
    }
  }

  /** What can be said only at the end. */
  conclude(): void {
    for (const { id, outcome, detail, deliveries, sure, again } of this.entries.values()) {
      if (outcome === undefined) this.violate(`${id} never settled`);
      if (detail.includes("was not sent") && deliveries > 0 && !again)
        this.violate(`${id} was delivered, though: ${detail}`);
      if (sure && outcome !== "answered" && outcome !== "abandoned") {
        this.violate(`${id} had all it needs to be answered, but: ${outcome} ${detail}`);
      }
    }
  }
}
