import { OFFSETS, TYPES } from "../codec/constants.ts";
import { DbeError } from "../codec/error.ts";
import { isHandshake } from "../codec/header.ts";
import type { Envelope } from "../codec/types.ts";
import type { HandshakeAttempt } from "./attempt.ts";
import type { Channel } from "./channel.ts";
import { CONTROL, type ControlKind, closing, decodeControl, encodeControl, isControl } from "./control.ts";
import { Handshakes } from "./handshakes.ts";
import { isHarmless } from "./harmless.ts";
import type { LinkSession } from "./keying.ts";
import type { LineOptions } from "./line-options.ts";
import type { LineOwner } from "./line-owner.ts";
import { LineReports } from "./line-reports.ts";
import { otherName } from "./other-name.ts";
import { Presence } from "./presence.ts";
import { type Slot, Slots } from "./slots.ts";
import { toldIn } from "./told.ts";

/**
 * A channel with what was agreed on it: handshakes, at most three sessions, the question whether the peer is there.
 * Its sessions end with it, since they are bound to the TLS session below. It knows nothing about requests.
 */
export class Line {
  owner: LineOwner;
  readonly channel: Channel;
  readonly presence: Presence;
  readonly reports: LineReports;
  readonly #options: LineOptions;
  readonly #handshakes: Handshakes;
  readonly #slots: Slots;
  #peer: string | undefined;
  #boot = "";
  #peerBoot: string | undefined;
  #down = false;
  #cancelConfirm: () => void = () => {};

  constructor(channel: Channel, owner: LineOwner, options: LineOptions) {
    this.channel = channel;
    this.owner = owner;
    this.#options = options;
    const { clock, keying, timings, limits } = options;
    this.presence = new Presence(timings, clock.monotonic());
    this.reports = new LineReports(channel, options.report, () => this.#peer);
    this.#slots = new Slots(clock, timings.graceMs, (slot, early) => this.#dropped(slot, early));
    this.#handshakes = new Handshakes({
      ...{ channel, keying, clock, timings, limits },
      precedence: () => this.#peer !== undefined && options.self < this.#peer,
      keyed: (session, attempt) => this.#keyed(session, attempt),
      failed: (error, attempt) => this.#failed(error, attempt),
    });
    channel.onFrame = (frame) => this.#receive(frame);
    channel.onClose = (why) => {
      // What the frame reader refuses comes this way: too large, or no frame at all.
      if (why instanceof DbeError) this.reports.refused(why);
      this.close(why ? why.message : "closed by the transport");
    };
  }

  /** Node at the other end; undefined until it is known (dialled) or proven (accepted). */
  get peer(): string | undefined {
    return this.#peer;
  }

  /** Boot id the peer told; a channel ends in one process, so it cannot change. */
  get peerBoot(): string | undefined {
    return this.#peerBoot;
  }

  /** Whether answers can be sent; requests, once the peer's boot id is known too. */
  get ready(): boolean {
    return !this.#down && this.#slots.current !== undefined;
  }

  /** Whether the channel's queue is so long that nothing should be added. */
  get congested(): boolean {
    return this.channel.writableLength > this.#options.limits.writable;
  }

  /** The session to send by. */
  get current(): Slot | undefined {
    return this.#slots.current;
  }

  /** The dialling side's first step. */
  dialled(peer: string): void {
    this.#peer = peer;
    const wrong = otherName(this.channel, peer, "dialled");
    if (wrong) this.reports.refused(wrong);
    if (wrong) this.close(wrong.detail);
    else this.#handshakes.begin(peer);
  }

  /** The accepting side's first step. */
  accepted(): void {
    this.#handshakes.await();
  }

  /** Begins a new session beside the current one, unless one is being agreed on. */
  rekey(): void {
    const under = this.#handshakes.attempt !== undefined || this.#slots.next !== undefined;
    if (this.#peer !== undefined && !under) this.#handshakes.begin(this.#peer);
  }

  /**
   * Sends a message in the current session, with the time of now; the session, or undefined when there is none.
   * @throws DbeError when no receiver would accept the message
   */
  send(envelope: Envelope): LinkSession | undefined {
    const slot = this.#slots.current;
    return slot && !this.#down && this.#write(slot, envelope) ? slot.session : undefined;
  }

  /** Sends a control message in the current session, when there is one. */
  control(kind: ControlKind, body?: Buffer): void {
    if (this.#slots.current) this.#say(this.#slots.current, kind, this.#freshId(), body);
  }

  /** Asks a silent peer whether it is there, and gives the channel up when it is silent for too long. */
  tick(): void {
    const slot = this.#slots.current;
    if (!slot || this.#down) return;
    const now = this.#options.clock.monotonic();
    if (this.#peerBoot === undefined) this.#say(slot, CONTROL.HELLO, this.#freshId());
    const due = this.presence.due(now);
    if (due === "give up") this.close("the peer is silent");
    if (due !== "ask") return;
    const id = this.#freshId();
    this.presence.asked(now, id);
    this.#say(slot, CONTROL.PING, id);
  }

  /** Ends it. `orderly`: tells the peer. Calls the owner's `down` once. */
  close(detail: string, orderly = false): void {
    if (this.#down) return;
    if (orderly && this.#slots.current) this.#write(this.#slots.current, closing(this.#freshId()));
    if (this.#down) return;
    this.#down = true;
    this.#cancelConfirm();
    this.#handshakes.cancel();
    this.#slots.clear();
    this.channel.close();
    this.reports.closed(detail);
    this.owner.down(this);
  }

  #receive(frame: Buffer): void {
    if (this.#down) return;
    try {
      this.#sort(frame);
    } catch (error) {
      if (error instanceof DbeError) this.#refuse(error, frame);
      else this.#refuse(new DbeError("INTERNAL", "a frame could not be worked on", { cause: error }), frame);
    }
  }

  #sort(frame: Buffer): void {
    if (frame.length <= OFFSETS.tlvLength) throw new DbeError("MALFORMED", `a frame of ${frame.length} bytes`);
    const type = frame.readUInt8(OFFSETS.type);
    const session = frame.readUInt32BE(OFFSETS.session);
    if (isHandshake(type)) {
      const unwanted = this.#handshakes.take(type, frame);
      if (unwanted) throw new DbeError(unwanted.reason, unwanted.detail);
    } else if (session === 0) {
      // One that comes too late is no fault: both sides may give up at once.
      this.#handshakes.refused(toldIn(frame));
    } else {
      const slot = this.#slots.of(session);
      const envelope = slot.session.open(frame);
      this.presence.heard(this.#options.clock.monotonic());
      if (slot === this.#slots.next) this.#promote(slot);
      if (isControl(envelope)) this.#controlled(slot, envelope);
      else if (envelope.type === TYPES.CLOSE) this.close("closed by the peer");
      else this.owner.message(this, envelope);
    }
  }

  #controlled(slot: Slot, envelope: Envelope): void {
    const { kind, boot, body } = decodeControl(envelope);
    const introduced = this.#peerBoot === undefined;
    this.#peerBoot ??= boot;
    if (this.#peerBoot !== boot) throw new DbeError("MALFORMED", "a boot id that changed");
    if (kind === CONTROL.HELLO) this.#say(slot, CONTROL.WELCOME, envelope.messageId);
    if (kind === CONTROL.PING) this.#say(slot, CONTROL.PONG, envelope.messageId);
    if (kind === CONTROL.PONG) this.presence.answered(this.#options.clock.monotonic(), envelope.messageId);
    if (kind === CONTROL.RECEIPTS) this.owner.receipts(body);
    if (introduced && !this.#down) this.owner.introduced(this);
  }

  #promote(slot: Slot): void {
    this.#cancelConfirm();
    this.#slots.promote();
    this.reports.session("opened", slot.session.id);
    this.owner.promoted(this);
  }

  #keyed(session: LinkSession, attempt: HandshakeAttempt): void {
    const { clock, timings } = this.#options;
    this.#peer ??= session.peer;
    const wrong = otherName(this.channel, session.peer, "proven");
    const boot = !wrong && this.#peer === session.peer ? this.owner.keyed(this, session.peer) : undefined;
    const slot = boot === undefined ? undefined : this.#slots.add(session);
    const took = clock.monotonic() - attempt.begun;
    if (boot === undefined || !slot) {
      const error = wrong ?? new DbeError("UNKNOWN_PEER", `${session.peer} is not wanted here`);
      this.reports.handshake(attempt, this.ready, took, error);
      this.close(error.detail);
      return;
    }
    this.#boot = boot;
    this.reports.handshake(attempt, this.ready, took);
    this.#cancelConfirm();
    this.#cancelConfirm = clock.after(timings.handshakeMs, () => this.close("the peer never used its new session"));
    if (attempt.role === "initiator") this.#say(slot, CONTROL.HELLO, this.#freshId());
  }

  #failed(error: DbeError, attempt: HandshakeAttempt): void {
    const rekey = this.ready;
    this.reports.handshake(attempt, rekey, this.#options.clock.monotonic() - attempt.begun, error);
    if (rekey) this.owner.rekeyFailed(this, error);
    else this.close(`handshake failed: ${error.reason}`);
  }

  #say(slot: Slot, kind: ControlKind, id: Buffer, body?: Buffer): void {
    this.#write(slot, encodeControl(kind, this.#boot, id, body));
  }

  #write(slot: Slot, envelope: Envelope): boolean {
    let frame: Buffer;
    try {
      frame = slot.session.seal({ ...envelope, timestamp: this.#options.clock.now() });
    } catch (error) {
      if (!(error instanceof DbeError) || error.reason !== "KEY_RETIRED") throw error;
      this.close("the session is used up");
      return false;
    }
    this.channel.write(frame);
    return true;
  }

  #dropped(slot: Slot, early: boolean): void {
    this.reports.session("retired", slot.session.id);
    if (!this.#down) this.owner.retired(this, slot.session, early);
  }

  #refuse(error: DbeError, frame: Buffer): void {
    this.reports.frame(error, frame);
    if (!isHarmless(error.reason)) this.close(`a frame was refused: ${error.reason}`);
    else if (this.reports.frames >= this.#options.limits.refusals) this.close("too many refused frames");
  }

  #freshId(): Buffer {
    return this.#options.random(16);
  }
}
