import { DbeError } from "../codec/error.ts";
import type { Channel } from "./channel.ts";
import type { DbeLink } from "./dbe-link.ts";
import { Line } from "./line.ts";
import type { LineOptions } from "./line-options.ts";
import type { LineOwner } from "./line-owner.ts";

/** What an acceptor works with. */
export interface AcceptorOptions extends LineOptions {
  /** The link with a node; undefined for a node that this one has none with. */
  readonly linkWith: (node: string) => DbeLink | undefined;
}

/**
 * Takes the channels that come in. Who is at the other end is known only after the handshake; then the channel goes to
 * the link with that node, or is closed. At most `limits.unproven` channels are in that state.
 */
export class Acceptor implements LineOwner {
  readonly #options: AcceptorOptions;
  readonly #unproven = new Set<Line>();
  #closed = false;

  constructor(options: AcceptorOptions) {
    this.#options = options;
  }

  /** Channels whose peer has not proven who it is. */
  get unproven(): number {
    return this.#unproven.size;
  }

  /** Takes a channel; to be called in the turn in which the transport gives it. */
  accept(channel: Channel): void {
    const line = new Line(channel, this, this.#options);
    if (this.#closed) {
      line.close("this node is closing");
    } else if (this.#unproven.size >= this.#options.limits.unproven) {
      line.reports.refused(new DbeError("OVERLOADED", `${this.#unproven.size} channels wait for their handshake`));
      line.close("too many channels");
    } else {
      this.#unproven.add(line);
      line.accepted();
    }
  }

  /** Ends all channels that no link has. */
  close(): void {
    this.#closed = true;
    for (const line of this.#unproven) line.close("this node is closing");
  }

  keyed(line: Line, peer: string): string | undefined {
    const link = this.#options.linkWith(peer);
    const boot = link?.keyed(line, peer);
    if (!link || boot === undefined) return undefined;
    this.#unproven.delete(line);
    line.owner = link;
    return boot;
  }

  promoted(): void {}

  introduced(): void {}

  message(): void {}

  receipts(): void {}

  retired(): void {}

  rekeyFailed(): void {}

  down(line: Line): void {
    this.#unproven.delete(line);
  }
}
