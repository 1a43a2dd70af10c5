import { bodyLengths } from "../codec/body.ts";
import { FLAGS, TYPES } from "../codec/constants.ts";
import { DbeError } from "../codec/error.ts";
import { errorReply } from "../codec/error-reply.ts";
import { isHandshake } from "../codec/header.ts";
import { typeName } from "../codec/names.ts";
import type { Envelope } from "../codec/types.ts";
import { Answers, type Delivered } from "./answers.ts";
import type { Clock } from "./clock.ts";
import type { LinkLimits } from "./limits.ts";
import { requestKey } from "./message-key.ts";
import { decodeReceipts } from "./receipts.ts";
import type { LinkTimings } from "./timings.ts";

/** Hands a request to a local service; its answer, or a DbeError as the reason to refuse. */
export type RequestHandler = (request: Envelope, peer: string) => Promise<Envelope>;

/** What the peer's requests are worked off with. */
export interface IncomingOptions {
  readonly peer: string;
  readonly clock: Clock;
  readonly limits: LinkLimits;
  readonly timings: LinkTimings;
  readonly handler: () => RequestHandler;
  /** Sends an answer; false when it must wait because the channel is full. */
  readonly send: (answer: Envelope) => boolean;
  /** Told of what this side refuses; what a service refused by a DbeError is the service's to tell. */
  readonly refused: (error: DbeError, request: Envelope) => void;
}

/**
 * The peer's requests: each is given to a local service at most once, whatever arrives how often. A copy of a request
 * gets the same answer again, or none as long as the service works on it: the answer will come by the newest channel.
 */
export class Incoming {
  readonly #options: IncomingOptions;
  readonly #answers: Answers;
  /** Requests in the hands of services, by key, with what stops their timers. */
  readonly #running = new Map<string, () => void>();
  /** Answers that wait for room in the channel. */
  readonly #unsent = new Map<string, Envelope>();
  #delivered = 0;
  #copies = 0;

  constructor(options: IncomingOptions) {
    this.#options = options;
    this.#answers = new Answers(options.limits);
  }

  /** Whether a service works on something, or an answer waits to be sent. */
  get busy(): boolean {
    return this.#running.size > 0 || this.#unsent.size > 0;
  }

  /** Answers that wait for room in the channel. */
  get unsent(): number {
    return this.#unsent.size;
  }

  /** See LinkStats. */
  stats() {
    return {
      running: this.#running.size,
      unsentAnswers: this.#unsent.size,
      delivered: this.#delivered,
      copies: this.#copies,
      remembered: this.#answers.size,
      rememberedBytes: this.#answers.bytes,
    };
  }

  /** Takes a request of the peer. */
  take(received: Envelope): void {
    // The id of an opened message is a view of its frame, which would be kept as long as the answer.
    const request = { ...received, messageId: Buffer.from(received.messageId) };
    const key = requestKey(request);
    const before = this.#answers.find(key);
    if (!before) this.#admit(key, request);
    else if (before.type !== request.type || before.destination !== request.destination) {
      this.#refuse(request, "REPLAY", "another message of this tenant and device had this id");
    } else this.#again(key, request, before);
  }

  /** Receipts of the peer for answers. */
  receipts(body: Buffer): void {
    for (const { key, single } of decodeReceipts(body)) this.#answers.received(key, single);
  }

  /** Sends the answers that wait, as far as there is room. */
  flush(): void {
    for (const [key, answer] of this.#unsent) {
      if (!this.#options.send(answer)) return;
      this.#unsent.delete(key);
    }
  }

  /** Drops what has expired. */
  tick(): void {
    this.#answers.expire(this.#options.clock.monotonic());
  }

  /** Forgets the requests that are running: nobody will be answered any more. */
  close(): void {
    for (const cancel of this.#running.values()) cancel();
    this.#running.clear();
    this.#unsent.clear();
  }

  /** A copy of a request that was delivered. */
  #again(key: string, request: Envelope, before: Delivered): void {
    this.#copies += 1;
    if (before.answer) this.#send(key, before.answer);
    else if (before.state === "dropped") {
      this.#refuse(request, "DESTINATION_UNAVAILABLE", "it was delivered, but its answer is not kept any more");
    }
  }

  #admit(key: string, request: Envelope): void {
    const { limits, timings, clock } = this.#options;
    const { type, destination, tlvs } = request;
    const expiresAt = clock.monotonic() + (tlvs.deadlineMs ?? 0) + timings.rememberMs;
    if (tlvs.deadlineMs === undefined || tlvs.deadlineMs > limits.deadlineMs) {
      this.#refuse(request, "MALFORMED", `a request needs a deadline of at most ${limits.deadlineMs} ms`);
    } else if (this.#running.size + this.#unsent.size >= limits.running) {
      this.#refuse(request, "OVERLOADED", `${limits.running} requests of this peer are being worked on`);
    } else if (!this.#answers.begin(key, { type, destination, expiresAt })) {
      this.#refuse(request, "OVERLOADED", "no room to remember another request of this peer");
    } else {
      this.#run(key, request, tlvs.deadlineMs);
    }
  }

  #run(key: string, request: Envelope, deadlineMs: number): void {
    const { clock, peer } = this.#options;
    const cancel = clock.after(deadlineMs, () => this.#finish(key, errorReply(request, "TIMEOUT", clock.now())));
    this.#running.set(key, cancel);
    this.#delivered += 1;
    // RETRY told this link that it may know the message; it did not, and for the service it is the first.
    const delivered = { ...request, flags: request.flags & ~FLAGS.RETRY };
    callHandler(this.#options.handler(), delivered, peer).then(
      (answer) => this.#finish(key, this.#fit(request, answer)),
      (error: unknown) => this.#finish(key, this.#failed(request, error)),
    );
  }

  #finish(key: string, answer: Envelope): void {
    const cancel = this.#running.get(key);
    if (!cancel) return;
    cancel();
    this.#running.delete(key);
    this.#answers.complete(key, answer, sizeOf(answer));
    this.#send(key, answer);
  }

  /** The service's answer, addressed as the answer to this request and to nothing else. */
  #fit(request: Envelope, answer: Envelope): Envelope {
    const fit = {
      ...answer,
      flags: FLAGS.RESPONSE,
      messageId: request.messageId,
      source: request.destination,
      destination: request.source,
    };
    try {
      checkAnswer(fit, request);
      return fit;
    } catch (error) {
      if (error instanceof DbeError) this.#options.refused(error, request);
      return this.#failed(request, new DbeError("INTERNAL", "the service's answer cannot be sent"));
    }
  }

  #failed(request: Envelope, error: unknown): Envelope {
    const reason = error instanceof DbeError ? error.reason : "INTERNAL";
    return errorReply(request, reason, this.#options.clock.now());
  }

  /** Refuses a request that was not delivered: it is not remembered. */
  #refuse(request: Envelope, reason: DbeError["reason"], detail: string): void {
    this.#options.refused(new DbeError(reason, detail), request);
    // When the channel is full it goes unsaid: the peer sends again or gives up by its deadline.
    this.#options.send(errorReply(request, reason, this.#options.clock.now()));
  }

  #send(key: string, answer: Envelope): void {
    if (!this.#options.send(answer)) this.#unsent.set(key, answer);
  }
}

/** Calls a handler; what it throws at once is a rejection too. */
async function callHandler(handler: RequestHandler, request: Envelope, peer: string): Promise<Envelope> {
  return handler(request, peer);
}

/** @throws DbeError when no one would accept it, or it is not for the tenant that asked */
function checkAnswer(answer: Envelope, request: Envelope): void {
  if (answer.tlvs.tenantId !== request.tlvs.tenantId) {
    throw new DbeError("TENANT_MISMATCH", "a service answered in the name of another tenant");
  }
  bodyLengths(answer);
  if (typeName(answer.type) === undefined || isHandshake(answer.type) || answer.type === TYPES.CLOSE) {
    throw new DbeError("UNKNOWN_TYPE", `a service answered with type ${answer.type}`);
  }
}

/** Bytes of an answer, with its header. */
function sizeOf(envelope: Envelope): number {
  const { tlvLength, payloadLength } = bodyLengths(envelope);
  return 256 + tlvLength + payloadLength;
}
