import { bodyLengths } from "../codec/body.ts";
import { FLAGS, TYPES } from "../codec/constants.ts";
import { DbeError } from "../codec/error.ts";
import { isHandshake } from "../codec/header.ts";
import type { Envelope } from "../codec/types.ts";
import type { Clock } from "./clock.ts";
import { isControl } from "./control.ts";
import type { LinkSession } from "./keying.ts";
import type { LinkLimits } from "./limits.ts";
import type { Line } from "./line.ts";
import { messageKey } from "./message-key.ts";
import type { Receipt } from "./receipts.ts";

/** A request of this side without an answer. */
interface Pending {
  readonly envelope: Envelope;
  readonly bytes: number;
  /** Monotonic ms. */
  readonly deadlineAt: number;
  readonly resolve: (answer: Envelope) => void;
  readonly reject: (error: DbeError) => void;
  readonly cancelTimer: () => void;
  /** Times it was sealed; the session of the last time, and the boot id of the peer that session is with. */
  copies: number;
  session: LinkSession | undefined;
  boot: string | undefined;
}

/** What became of an answer. */
export interface Matched {
  /** Set when it answers nothing here, and is refused. */
  readonly error?: DbeError;
  /** What to tell the peer about it. */
  readonly receipt?: Receipt;
}

/**
 * This side's requests, until each is answered or its deadline is over; bounded in number and bytes.
 *
 * A request that went by a channel that ended, or in a session whose keys are gone, goes out again with its message id
 * and RETRY. It never goes to another process than the first time: a channel ends in one process, whose boot id was
 * told on it, and what remembers the request lives there too. When the boot id changed it is rejected, since
 * nobody can tell whether it was delivered before; only the caller knows whether a second delivery does harm, and may
 * ask again with a new message id.
 */
export class Outgoing {
  readonly #peer: string;
  readonly #clock: Clock;
  readonly #limits: LinkLimits;
  readonly #pending = new Map<string, Pending>();
  /** Keys of requests to be sent, oldest first. */
  readonly #unsent = new Set<string>();
  #bytes = 0;
  #retried = 0;

  constructor(peer: string, clock: Clock, limits: LinkLimits) {
    this.#peer = peer;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Requests without an answer. */
  get size(): number {
    return this.#pending.size;
  }

  /** Those of them that are to be sent. */
  get unsent(): number {
    return this.#unsent.size;
  }

  /** See LinkStats. */
  stats() {
    const [pending, unsent] = [this.#pending.size, this.#unsent.size];
    return { pending, pendingBytes: this.#bytes, unsent, retried: this.#retried };
  }

  /** Takes a request; `flush` sends it. Settles by the deadline, see DbeLink.request. */
  async add(envelope: Envelope, deadlineMs: number): Promise<Envelope> {
    const bytes = this.#check(envelope, deadlineMs);
    const key = keyOf(envelope);
    return new Promise((resolve, reject) => {
      const cancelTimer = this.#clock.after(deadlineMs, () => this.#expire(key, deadlineMs));
      const deadlineAt = this.#clock.monotonic() + deadlineMs;
      const unsent = { copies: 0, session: undefined, boot: undefined };
      this.#pending.set(key, { envelope, bytes, deadlineAt, resolve, reject, cancelTimer, ...unsent });
      this.#unsent.add(key);
      this.#bytes += bytes;
    });
  }

  /** Sends what is to be sent, as far as there is room. */
  flush(line: Line): void {
    for (const key of this.#unsent) {
      if (!line.ready || line.peerBoot === undefined || line.congested) return;
      this.#unsent.delete(key);
      const pending = this.#pending.get(key);
      if (pending) this.#send(key, pending, line);
    }
  }

  /** Takes an answer of the peer. */
  take(answer: Envelope): Matched {
    const tenant = answer.tlvs.tenantId;
    const key = keyOf(answer);
    const pending = this.#pending.get(key);
    const name = messageKey(tenant ?? "", answer.destination, answer.messageId);
    if (!pending) return { receipt: { key: name, single: false } };
    const { envelope, copies } = pending;
    if (tenant !== envelope.tlvs.tenantId) {
      return { error: new DbeError("TENANT_MISMATCH", "an answer for another tenant than asked") };
    }
    if (answer.source !== envelope.destination || answer.destination !== envelope.source) {
      return { error: new DbeError("DEVICE_NOT_ALLOWED", "an answer by or for another device than asked") };
    }
    this.#settle(key);
    pending.resolve(answer);
    return { receipt: { key: name, single: copies === 1 } };
  }

  /** What was sent in a session of which `gone` is true will be sent again. */
  lost(gone: (session: LinkSession) => boolean): void {
    for (const [key, { session }] of this.#pending) if (session && gone(session)) this.#unsent.add(key);
  }

  /** Rejects all. */
  close(): void {
    for (const [key, pending] of this.#pending) {
      this.#settle(key);
      pending.reject(
        new DbeError("DESTINATION_UNAVAILABLE", `the link with ${this.#peer} was closed; ${sentOrNot(pending)}`),
      );
    }
  }

  #check(envelope: Envelope, deadlineMs: number): number {
    const { pending, pendingBytes } = this.#limits;
    if (!Number.isInteger(deadlineMs) || deadlineMs < 1 || deadlineMs > this.#limits.deadlineMs) {
      throw new DbeError("MALFORMED", `a deadline is a whole number from 1 to ${this.#limits.deadlineMs} ms`);
    }
    const { type, flags } = envelope;
    const ours = isControl(envelope) || isHandshake(type) || type === TYPES.CLOSE || type === TYPES.ERROR;
    if (ours || (flags & FLAGS.RESPONSE) !== 0) throw new DbeError("UNKNOWN_TYPE", "this is not a request");
    if (this.#pending.has(keyOf(envelope))) {
      throw new DbeError("REPLAY", "a request of this message id is on its way; each needs an id of its own");
    }
    const { tlvLength, payloadLength } = bodyLengths(envelope);
    const bytes = tlvLength + payloadLength;
    if (this.#pending.size >= pending || this.#bytes + bytes > pendingBytes) {
      throw new DbeError("OVERLOADED", `${this.#pending.size} requests to ${this.#peer} wait for answers; try later`);
    }
    return bytes;
  }

  #send(key: string, pending: Pending, line: Line): void {
    const boot = line.peerBoot;
    if (pending.boot !== undefined && pending.boot !== boot) {
      this.#settle(key);
      const detail = `${this.#peer} restarted; the message may have been delivered before`;
      pending.reject(new DbeError("DESTINATION_UNAVAILABLE", detail));
      return;
    }
    const { envelope, copies } = pending;
    const deadlineMs = Math.max(1, Math.ceil(pending.deadlineAt - this.#clock.monotonic()));
    const flags = (envelope.flags & ~FLAGS.RETRY) | (copies > 0 ? FLAGS.RETRY : 0);
    try {
      const session = line.send({ ...envelope, flags, tlvs: { ...envelope.tlvs, deadlineMs } });
      if (session) this.#sent(pending, session, boot);
      // The channel may have ended within the call, before this request was known to be on it.
      if (!session || !line.ready) this.#unsent.add(key);
    } catch (error) {
      this.#settle(key);
      pending.reject(error instanceof DbeError ? error : new DbeError("INTERNAL", "it could not be sealed"));
    }
  }

  #sent(pending: Pending, session: LinkSession, boot: string | undefined): void {
    if (pending.copies > 0) this.#retried += 1;
    pending.copies += 1;
    pending.session = session;
    pending.boot = boot;
  }

  #expire(key: string, deadlineMs: number): void {
    const pending = this.#pending.get(key);
    if (!pending) return;
    this.#settle(key);
    const reason = pending.copies > 0 ? "TIMEOUT" : "DESTINATION_UNAVAILABLE";
    const detail = `no answer of ${this.#peer} within ${deadlineMs} ms; ${sentOrNot(pending)}`;
    pending.reject(new DbeError(reason, detail));
  }

  #settle(key: string): void {
    const pending = this.#pending.get(key);
    if (!pending) return;
    pending.cancelTimer();
    this.#pending.delete(key);
    this.#unsent.delete(key);
    this.#bytes -= pending.bytes;
  }
}

function keyOf(envelope: Envelope): string {
  return envelope.messageId.toString("latin1");
}

function sentOrNot(pending: Pending): string {
  return pending.copies > 0 ? "the message may have been delivered" : "the message was not sent";
}
