import type { Line } from "./line.ts";
import type { LinkOptions } from "./link-options.ts";

/** Shares of the rotation's bounds: when the accepting side begins by itself, and when the session must end. */
const ACCEPTOR = 1.5;
const OVERDUE = 3;

/**
 * Replaces sessions that are too old or used too much. The dialling side does it in time; the accepting side only when
 * it did not, so that they rarely begin at once. A session that cannot be replaced ends with its channel.
 */
export class Rotator {
  readonly #options: LinkOptions;
  readonly #from: number;
  #triedAt = Number.NEGATIVE_INFINITY;

  constructor(options: LinkOptions, dials: boolean) {
    this.#options = options;
    this.#from = dials ? 1 : ACCEPTOR;
  }

  tick(line: Line): void {
    const { clock, rotation, timings } = this.#options;
    const slot = line.current;
    if (!slot) return;
    const now = clock.monotonic();
    const age = (now - slot.since) / 1000 / rotation.seconds;
    const used = Math.max(age, Math.max(slot.session.sent, slot.session.received) / rotation.messages);
    if (used >= OVERDUE) line.close("its session is too old and could not be replaced");
    if (used < this.#from || now - this.#triedAt < timings.handshakeMs) return;
    this.#triedAt = now;
    line.rekey();
  }
}
