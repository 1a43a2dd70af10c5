import { TYPES } from "../codec/constants.ts";
import type { DbeError } from "../codec/error.ts";
import { HandshakeAttempt, type Side } from "./attempt.ts";
import type { Channel } from "./channel.ts";
import type { Clock } from "./clock.ts";
import type { Keying, LinkSession } from "./keying.ts";
import type { LinkLimits } from "./limits.ts";
import type { LinkTimings } from "./timings.ts";

/** What the handshakes of a channel are made with. */
export interface HandshakesOptions {
  readonly channel: Channel;
  readonly keying: Keying;
  readonly clock: Clock;
  readonly timings: LinkTimings;
  readonly limits: LinkLimits;
  /** Whether this side's attempt goes on when both sides begin at once; exactly one of the two says so. */
  readonly precedence: () => boolean;
  readonly keyed: (session: LinkSession, attempt: HandshakeAttempt) => void;
  readonly failed: (error: DbeError, attempt: HandshakeAttempt) => void;
}

/** Why a handshake frame was not taken. */
export interface Unwanted {
  readonly reason: "REPLAY" | "OVERLOADED";
  readonly detail: string;
}

const MINUTE_MS = 60_000;

/**
 * The handshakes on one channel, one at a time. When both sides begin one at once, the node with the lower id goes on:
 * it ignores the other's HS_INIT, and the other drops its own attempt and answers.
 */
export class Handshakes {
  readonly #options: HandshakesOptions;
  #attempt: HandshakeAttempt | undefined;
  #answered: number[] = [];

  constructor(options: HandshakesOptions) {
    this.#options = options;
  }

  /** The attempt under way. */
  get attempt(): HandshakeAttempt | undefined {
    return this.#attempt;
  }

  /** Begins one, with `expect` as the peer; nothing happens when one is under way. */
  begin(expect: string): void {
    if (this.#attempt) return;
    const { keying, channel } = this.#options;
    this.#make({ role: "initiator", side: keying.initiate(expect, channel.binding) }).start();
  }

  /** Waits for the peer to begin the first one. */
  await(): void {
    const { keying, channel } = this.#options;
    this.#make({ role: "responder", side: keying.respond(channel.binding) });
  }

  /** Takes a handshake frame; says so when it does not want it. */
  take(type: number, frame: Buffer): Unwanted | undefined {
    if (type === TYPES.HS_INIT) {
      const attempt = this.#attempt;
      if (attempt?.role === "initiator" && this.#options.precedence()) return undefined;
      if (attempt?.isRepeated(frame)) return { reason: "REPLAY", detail: "HS_INIT came twice" };
      // The attempt that waits for the first HS_INIT takes it below; any other gives way to the newer one.
      if (!attempt?.take(type, frame)) return this.#answer(frame);
      return undefined;
    }
    if (this.#attempt?.take(type, frame)) return undefined;
    return { reason: "REPLAY", detail: "a handshake frame that is not due" };
  }

  /** The peer gave up, for this reason; false when nothing was under way. */
  refused(error: DbeError): boolean {
    if (!this.#attempt) return false;
    this.#attempt.fail(error, false);
    return true;
  }

  cancel(): void {
    this.#attempt?.cancel();
    this.#attempt = undefined;
  }

  #answer(frame: Buffer): Unwanted | undefined {
    const now = this.#options.clock.monotonic();
    this.#answered = this.#answered.filter((at) => now - at < MINUTE_MS);
    if (this.#answered.length >= this.#options.limits.rekeysPerMinute) {
      return { reason: "OVERLOADED", detail: `${this.#answered.length} handshakes on this channel within a minute` };
    }
    this.#answered.push(now);
    this.cancel();
    this.await();
    this.#attempt?.take(TYPES.HS_INIT, frame);
    return undefined;
  }

  #make(side: Side): HandshakeAttempt {
    const { channel, clock, timings, keyed, failed } = this.#options;
    const attempt: HandshakeAttempt = new HandshakeAttempt(side, {
      clock,
      timeoutMs: timings.handshakeMs,
      write: (frame) => channel.write(frame),
      keyed: (session) => {
        this.#attempt = undefined;
        keyed(session, attempt);
      },
      failed: (error) => {
        this.#attempt = undefined;
        failed(error, attempt);
      },
    });
    this.#attempt = attempt;
    return attempt;
  }
}
