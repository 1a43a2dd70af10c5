import type { Channel } from "./channel.ts";
import type { Clock } from "./clock.ts";
import type { LinkTimings } from "./timings.ts";

/** What a dialer works with. */
export interface DialerOptions {
  readonly dial: () => Promise<Channel>;
  readonly clock: Clock;
  readonly random: (bytes: number) => Buffer;
  readonly timings: LinkTimings;
  /** Takes a channel, in the turn in which it is there. */
  readonly onChannel: (channel: Channel) => void;
  readonly onFailed: (detail: string) => void;
}

/**
 * Gets channels to a peer, one dial at a time. After a failure it waits, twice as long each time, up to a bound; each
 * wait is shortened by up to a quarter at random, so that many nodes do not dial in step.
 */
export class Dialer {
  readonly #options: DialerOptions;
  #failures = 0;
  #busy = false;
  #stopped = false;
  #cancel: () => void = () => {};

  constructor(options: DialerOptions) {
    this.#options = options;
  }

  /** Dials, unless it does so or waits to do so already. */
  want(): void {
    if (this.#busy || this.#stopped) return;
    this.#busy = true;
    this.#cancel = this.#options.clock.after(this.#delay(), () => this.#dial());
  }

  /** A channel did not come into use: the next dial waits. */
  failed(): void {
    this.#failures += 1;
  }

  /** A channel was in use for so long. One that does not last is as good as none. */
  lasted(ms: number): void {
    this.#failures = ms < this.#options.timings.backoffMostMs ? this.#failures + 1 : 0;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #delay(): number {
    if (this.#failures === 0) return 0;
    const { backoffFirstMs, backoffMostMs } = this.#options.timings;
    const delay = Math.min(backoffMostMs, backoffFirstMs * 2 ** Math.min(this.#failures - 1, 20));
    return delay * (1 - this.#options.random(1).readUInt8(0) / 1024);
  }

  #dial(): void {
    const { clock, timings, dial, onChannel } = this.#options;
    let over = false;
    const late = () => {
      over = true;
      this.#fail(`no channel after ${timings.dialMs} ms`);
    };
    this.#cancel = clock.after(timings.dialMs, late);
    callDial(dial).then(
      (channel) => {
        // The dial was given up, but the transport got through: nobody needs that channel.
        if (over || this.#stopped) return channel.close();
        this.#cancel();
        this.#busy = false;
        onChannel(channel);
      },
      (error: unknown) => {
        if (over || this.#stopped) return;
        this.#cancel();
        this.#fail(error instanceof Error ? error.message : String(error));
      },
    );
  }

  #fail(detail: string): void {
    this.#busy = false;
    this.#failures += 1;
    this.#options.onFailed(detail);
  }
}

/** Calls dial; what it throws at once is a rejection too. */
async function callDial(dial: () => Promise<Channel>): Promise<Channel> {
  return dial();
}
