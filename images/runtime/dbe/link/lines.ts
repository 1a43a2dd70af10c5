import type { Clock } from "./clock.ts";
import type { Line } from "./line.ts";

/**
 * The lines of one link, at most three: `opening` is in its handshake, `active` sends, and `retiring` still takes what
 * was on its way when a newer line became active, until the grace is over.
 */
export class Lines {
  readonly #clock: Clock;
  readonly #graceMs: number;
  #opening: Line | undefined;
  #active: Line | undefined;
  #retiring: Line | undefined;
  #cancelGrace: () => void = () => {};

  constructor(clock: Clock, graceMs: number) {
    this.#clock = clock;
    this.#graceMs = graceMs;
  }

  get opening(): Line | undefined {
    return this.#opening;
  }

  get active(): Line | undefined {
    return this.#active;
  }

  /** Takes a line in its handshake; one that was there gives way. */
  open(line: Line): void {
    const before = this.#opening;
    this.#opening = line;
    before?.close("another channel of the peer came");
  }

  /** Makes a line the active one; false when it is already. */
  activate(line: Line): boolean {
    if (line === this.#active) return false;
    if (line === this.#opening) this.#opening = undefined;
    const [before, retiring] = [this.#active, this.#retiring];
    this.#active = line;
    this.#retiring = before;
    this.#cancelGrace();
    if (before) this.#cancelGrace = this.#clock.after(this.#graceMs, () => before.close("replaced", true));
    retiring?.close("replaced", true);
    return true;
  }

  /** Forgets a line that ended; what it was. */
  ended(line: Line): "opening" | "active" | "retiring" | undefined {
    if (line === this.#opening) {
      this.#opening = undefined;
      return "opening";
    }
    if (line === this.#active) {
      this.#active = undefined;
      return "active";
    }
    if (line !== this.#retiring) return undefined;
    this.#retiring = undefined;
    this.#cancelGrace();
    return "retiring";
  }

  /** Ends all, telling the peer. */
  close(detail: string): void {
    this.#cancelGrace();
    for (const line of [this.#opening, this.#retiring, this.#active]) line?.close(detail, true);
  }
}
