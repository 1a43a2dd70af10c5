import { TYPES } from "../codec/constants.ts";
import { DbeError } from "../codec/error.ts";
import { refusal } from "../handshake/refusal.ts";
import type { Clock } from "./clock.ts";
import type { InitiatorSide, LinkSession, ResponderSide } from "./keying.ts";

/** What an attempt is made with. */
export interface AttemptOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly write: (frame: Buffer) => void;
  /** The session exists; the peer may use it from now on. */
  readonly keyed: (session: LinkSession) => void;
  readonly failed: (error: DbeError) => void;
}

/** A side of a handshake, as an attempt uses it. */
export type Side =
  | { readonly role: "initiator"; readonly side: InitiatorSide }
  | { readonly role: "responder"; readonly side: ResponderSide };

/**
 * One run of a handshake on a channel. It calls either `keyed` or `failed`, once, or neither when it is cancelled.
 * A failure of this side is told to the peer by an ERROR frame in clear with the reason only.
 */
export class HandshakeAttempt {
  readonly role: "initiator" | "responder";
  readonly begun: number;
  readonly #options: AttemptOptions;
  readonly #side: Side;
  readonly #cancelTimer: () => void;
  #expected: number | undefined;
  #init: Buffer | undefined;
  #last: Buffer = Buffer.alloc(0);
  #over = false;

  constructor(side: Side, options: AttemptOptions) {
    this.role = side.role;
    this.#side = side;
    this.#options = options;
    this.begun = options.clock.monotonic();
    const late = `no session after ${options.timeoutMs} ms`;
    this.#cancelTimer = options.clock.after(options.timeoutMs, () =>
      this.fail(new DbeError("HANDSHAKE_TIMEOUT", late)),
    );
    this.#expected = side.role === "initiator" ? TYPES.HS_RESPONSE : TYPES.HS_INIT;
  }

  /** Sends the first frame, when this side is to. */
  start(): void {
    if (this.#side.role !== "initiator") return;
    try {
      this.#options.write(this.#side.side.start());
    } catch (error) {
      this.fail(toDbeError(error));
    }
  }

  /** Whether `frame` is the HS_INIT that this attempt answers already. */
  isRepeated(frame: Buffer): boolean {
    return this.#init?.equals(frame) ?? false;
  }

  /** A handshake frame of the peer; false when it is not the one that is due, and was not looked at. */
  take(type: number, frame: Buffer): boolean {
    if (this.#over || type !== this.#expected) return false;
    this.#expected = undefined;
    this.#last = frame;
    if (type === TYPES.HS_DONE) {
      this.#conclude(frame);
      return true;
    }
    this.#advance(type, frame).catch((error: unknown) => this.fail(toDbeError(error)));
    return true;
  }

  /** Gives up: the peer refused, the time is over, or what it sent is wrong. */
  fail(error: DbeError, tell = true): void {
    if (this.#over) return;
    this.cancel();
    if (tell) this.#options.write(refusal(this.#last, error.reason, this.#options.clock.now()));
    this.#options.failed(error);
  }

  /** Ends it without a word. */
  cancel(): void {
    this.#over = true;
    this.#init = undefined;
    this.#cancelTimer();
  }

  /** HS_DONE is worked off in the same turn: the first frame of the session may be right behind it. */
  #conclude(frame: Buffer): void {
    if (this.#side.role !== "initiator") return;
    try {
      const session = this.#side.side.onDone(frame);
      this.cancel();
      this.#options.keyed(session);
    } catch (error) {
      this.fail(toDbeError(error));
    }
  }

  async #advance(type: number, frame: Buffer): Promise<void> {
    if (this.#side.role === "initiator") {
      const finish = await this.#side.side.onResponse(frame);
      this.#next(TYPES.HS_DONE, finish);
    } else if (type === TYPES.HS_INIT) {
      this.#init = Buffer.from(frame);
      const response = await this.#side.side.onInit(frame);
      this.#next(TYPES.HS_FINISH, response);
    } else {
      const { reply, session } = await this.#side.side.onFinish(frame);
      if (this.#over) return;
      this.cancel();
      // First the session, then the frame that lets the peer use it.
      this.#options.keyed(session);
      this.#options.write(reply);
    }
  }

  #next(expected: number, frame: Buffer): void {
    if (this.#over) return;
    this.#expected = expected;
    this.#options.write(frame);
  }
}

/** Anything thrown while a frame was worked on, as a refusal. */
function toDbeError(error: unknown): DbeError {
  if (error instanceof DbeError) return error;
  return new DbeError("INTERNAL", error instanceof Error ? error.message : "handshake failed", { cause: error });
}
