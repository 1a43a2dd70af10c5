import { DbeError } from "../codec/error.ts";
import type { Clock } from "./clock.ts";
import type { LinkSession } from "./keying.ts";

/** A session on a channel. */
export interface Slot {
  readonly session: LinkSession;
  /** When its keys were made, monotonic ms. */
  readonly since: number;
}

/** Ids of dropped sessions that are remembered, to tell KEY_RETIRED from UNKNOWN_SESSION. */
const REMEMBERED = 8;

/**
 * The sessions of one channel, at most three:
 * - `next`: its handshake is done, but no frame of the peer came in it yet;
 * - `current`: the one to send by;
 * - `previous`: only opens what was sent before the peer changed over, until the grace is over.
 *
 * A session becomes current with the peer's first frame in it, on either side: then the other is known to have the
 * keys. The initiator begins with a HELLO, the responder answers it.
 */
export class Slots {
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #dropped: (slot: Slot, early: boolean) => void;
  #current: Slot | undefined;
  #previous: Slot | undefined;
  #next: Slot | undefined;
  #retired: number[] = [];
  #cancelGrace: () => void = () => {};

  /** @param dropped told of each session whose keys are dropped; `early`: before its grace was over */
  constructor(clock: Clock, graceMs: number, dropped: (slot: Slot, early: boolean) => void) {
    this.#clock = clock;
    this.#graceMs = graceMs;
    this.#dropped = dropped;
  }

  get current(): Slot | undefined {
    return this.#current;
  }

  get next(): Slot | undefined {
    return this.#next;
  }

  /**
   * The session of this id.
   * @throws DbeError KEY_RETIRED when it was here and is not any more, UNKNOWN_SESSION
   */
  of(id: number): Slot {
    const slot = this.#find(id);
    if (slot) return slot;
    if (this.#retired.includes(id)) throw new DbeError("KEY_RETIRED", `session ${id} was replaced`);
    throw new DbeError("UNKNOWN_SESSION", `no session ${id} on this channel`);
  }

  /** Takes a fresh session; one that never became current gives way. Undefined when its id is in use here. */
  add(session: LinkSession): Slot | undefined {
    if (this.#find(session.id) || this.#retired.includes(session.id)) return undefined;
    if (this.#next) this.#drop(this.#next, true);
    this.#next = { session, since: this.#clock.monotonic() };
    return this.#next;
  }

  /** Makes `next` the current one. */
  promote(): void {
    if (!this.#next) return;
    this.#cancelGrace();
    if (this.#previous) this.#drop(this.#previous, true);
    this.#previous = this.#current;
    this.#current = this.#next;
    this.#next = undefined;
    if (this.#previous) this.#cancelGrace = this.#clock.after(this.#graceMs, () => this.#graceOver());
  }

  /** Drops all. */
  clear(): void {
    this.#cancelGrace();
    for (const slot of [this.#previous, this.#current, this.#next]) if (slot) this.#drop(slot, false);
    this.#previous = undefined;
    this.#current = undefined;
    this.#next = undefined;
  }

  #find(id: number): Slot | undefined {
    if (this.#current?.session.id === id) return this.#current;
    if (this.#previous?.session.id === id) return this.#previous;
    return this.#next?.session.id === id ? this.#next : undefined;
  }

  #graceOver(): void {
    const previous = this.#previous;
    this.#previous = undefined;
    if (previous) this.#drop(previous, false);
  }

  #drop(slot: Slot, early: boolean): void {
    slot.session.retire();
    this.#retired.push(slot.session.id);
    if (this.#retired.length > REMEMBERED) this.#retired.shift();
    this.#dropped(slot, early);
  }
}
