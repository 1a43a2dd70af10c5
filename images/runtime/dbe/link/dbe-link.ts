import { FLAGS } from "../codec/constants.ts";
import { DbeError } from "../codec/error.ts";
import type { Envelope } from "../codec/types.ts";
import type { Channel } from "./channel.ts";
import { BOOT_BYTES, CONTROL } from "./control.ts";
import { Dialer } from "./dialer.ts";
import { isDistrust } from "./distrust.ts";
import { Incoming, type RequestHandler } from "./incoming.ts";
import type { LinkSession } from "./keying.ts";
import { Line } from "./line.ts";
import type { LineOwner } from "./line-owner.ts";
import { lineStats } from "./line-stats.ts";
import { Lines } from "./lines.ts";
import { checkOptions, type LinkOptions } from "./link-options.ts";
import type { LinkStats } from "./link-stats.ts";
import { Outgoing } from "./outgoing.ts";
import { Receipts } from "./receipts.ts";
import { RekeyWait } from "./rekey-wait.ts";
import { repeat } from "./repeat.ts";
import { Rotator } from "./rotator.ts";
import { sendAnswer } from "./send-answer.ts";

/**
 * Everything between this node and one other: requests both ways, each delivered at most once, over channels that come
 * and go and sessions that are replaced.
 *
 * Who dials: the node whose id sorts lower, always; the other accepts. So there is one dialer a pair, and two channels
 * exist only while a newer one replaces an older one. New sessions may be begun by both; see Handshakes for both at
 * once.
 *
 * What a caller may rely on: a request settles by its deadline. An answer means it was delivered exactly once. A
 * rejection with TIMEOUT means it was delivered once or not at all; with DESTINATION_UNAVAILABLE the detail says
 * whether it was sent. Nothing is ever delivered twice, whatever is lost, comes twice or restarts: the side that asks
 * sends copies to one process of the peer only (Outgoing), and that process remembers what it delivered for as long as
 * a copy can be accepted (Answers).
 */
export class DbeLink implements LineOwner {
  readonly peer: string;
  /** Gives the peer's requests to local services. Until it is set they are refused. */
  onRequest: RequestHandler = async () => {
    throw new DbeError("DESTINATION_UNAVAILABLE", "no service is connected yet");
  };
  readonly #options: LinkOptions;
  readonly #boot: string;
  readonly #lines: Lines;
  readonly #outgoing: Outgoing;
  readonly #incoming: Incoming;
  readonly #receipts = new Receipts();
  readonly #rekey: RekeyWait;
  readonly #dialer: Dialer | undefined;
  readonly #rotator: Rotator;
  #state: "open" | "closing" | "closed" = "open";
  #draining = false;
  #activeSince = 0;
  #sessions = 0;
  readonly #cancelTick: () => void;

  /** Begins to dial, when it is on this side to. @throws RangeError for options that cannot work */
  constructor(options: LinkOptions) {
    const { self, peer, clock, random, timings, limits, dial } = options;
    checkOptions(options);
    this.peer = peer;
    this.#options = options;
    this.#boot = random(BOOT_BYTES).toString("hex");
    this.#lines = new Lines(clock, timings.graceMs);
    this.#rekey = new RekeyWait(clock);
    this.#outgoing = new Outgoing(peer, clock, limits);
    this.#incoming = new Incoming({
      ...{ peer, clock, limits, timings },
      handler: () => this.onRequest,
      send: (answer) => sendAnswer(this.#lines.active, answer),
      refused: (error, request) => this.#lines.active?.reports.message(error, request),
    });
    const dialling = { onChannel: this.#dialled.bind(this), onFailed: this.#dialFailed.bind(this) };
    this.#dialer = self < peer && dial ? new Dialer({ dial, clock, random, timings, ...dialling }) : undefined;
    this.#rotator = new Rotator(options, this.#dialer !== undefined);
    this.#dialer?.want();
    this.#cancelTick = repeat(clock, timings.tickMs, () => this.#tick());
  }

  /** Whether requests go out at once. */
  get up(): boolean {
    const line = this.#lines.active;
    return line?.ready === true && line.peerBoot !== undefined;
  }

  /**
   * Asks the peer's service; waits for a channel when there is none.
   * @param envelope its message id is used once only, also after a failure; its timestamp, deadline and RETRY are set here
   * @param deadlineMs from now, a whole number of at most `limits.deadlineMs`
   * @returns the far service's answer, which may be an ERROR that it or the far node gave
   * @throws DbeError TIMEOUT: sent, no answer, so it may have been delivered; DESTINATION_UNAVAILABLE: no channel, the
   * link was closed, or the peer restarted after it was sent (the detail says which, and whether it was sent);
   * OVERLOADED: too many are under way, not sent; REPLAY: the message id is in use; MALFORMED, TOO_LARGE,
   * UNKNOWN_TYPE: no receiver would accept it
   */
  async request(envelope: Envelope, deadlineMs: number): Promise<Envelope> {
    if (this.#state !== "open") throw new DbeError("DESTINATION_UNAVAILABLE", `the link with ${this.peer} is closed`);
    const answer = this.#outgoing.add(envelope, deadlineMs);
    this.#pump();
    return answer;
  }

  /**
   * Makes a new session without loss: on the channel in use, or on a new one (only the dialling side can; the other
   * stays on its channel). Calls at the same time share one new session.
   * @throws DbeError with the reason of the failed handshake; the session in use stays unless the peer lost its trust
   */
  async rekey(where: "same channel" | "new channel" = "same channel"): Promise<void> {
    if (this.#state !== "open") throw new DbeError("DESTINATION_UNAVAILABLE", `the link with ${this.peer} is closed`);
    const under = this.#rekey.under;
    const late = new DbeError("HANDSHAKE_TIMEOUT", `no new session with ${this.peer}`);
    const done = this.#rekey.begin(2 * this.#options.timings.handshakeMs, late);
    if (under) return done;
    if (where === "new channel" && this.#dialer && !this.#lines.opening) this.#dialer.want();
    else this.#lines.active?.rekey();
    return done;
  }

  /** What it holds and has done; cheap. */
  stats(): LinkStats {
    const state = this.#state === "closed" ? "closed" : this.up ? "up" : "down";
    const now = this.#options.clock.monotonic();
    const line = lineStats(this.#lines.active, now);
    const counted = { ...this.#outgoing.stats(), ...this.#incoming.stats() };
    return { peer: this.peer, state, sessions: this.#sessions, ...line, ...counted };
  }

  /**
   * Takes no further requests, waits up to `graceMs` for those under way, tells the peer and ends all channels. What is
   * unanswered then is rejected with DESTINATION_UNAVAILABLE.
   */
  async close(graceMs = 0): Promise<void> {
    if (this.#state === "closed") return;
    this.#state = "closing";
    const { clock, timings } = this.#options;
    const until = clock.monotonic() + graceMs;
    const busy = () => this.#outgoing.size > 0 || this.#incoming.busy;
    while (busy() && clock.monotonic() < until) await new Promise<void>((next) => clock.after(timings.drainMs, next));
    this.#state = "closed";
    this.#cancelTick();
    this.#dialer?.stop();
    const error = new DbeError("DESTINATION_UNAVAILABLE", `the link with ${this.peer} was closed`);
    this.#rekey.fail(error);
    this.#outgoing.close();
    this.#incoming.close();
    this.#lines.close("the link is closed");
  }

  /** Takes a line whose peer has proven to be this link's; see LineOwner. The acceptor calls it too. */
  keyed(line: Line, peer: string): string | undefined {
    if (this.#state === "closed" || peer !== this.peer) return undefined;
    const known = line === this.#lines.active || line === this.#lines.opening;
    // A channel that this side did not dial, though it is on this side to.
    if (!known && this.#dialer) return undefined;
    if (!known) this.#lines.open(line);
    return this.#boot;
  }

  promoted(line: Line): void {
    if (this.#lines.activate(line)) this.#activeSince = this.#options.clock.monotonic();
    this.#sessions += 1;
    this.#rekey.done();
    this.#pump();
  }

  introduced(): void {
    this.#pump();
  }

  message(line: Line, envelope: Envelope): void {
    if ((envelope.flags & FLAGS.RESPONSE) === 0) {
      this.#incoming.take(envelope);
      return;
    }
    const { error, receipt } = this.#outgoing.take(envelope);
    if (error) line.reports.message(error, envelope);
    if (receipt) this.#receipts.add(receipt, envelope.payload.length);
    if (this.#receipts.urgent) this.#sendReceipts();
  }

  receipts(body: Buffer): void {
    this.#incoming.receipts(body);
  }

  retired(_line: Line, session: LinkSession, early: boolean): void {
    // Before its grace was over, answers to any request may have been under way in it.
    this.#outgoing.lost((used) => early || used === session);
    if (!early) this.#pump();
  }

  rekeyFailed(line: Line, error: DbeError): void {
    this.#rekey.fail(error);
    if (isDistrust(error.reason)) line.close(`the peer is not trusted any more: ${error.reason}`);
  }

  down(line: Line): void {
    const was = this.#lines.ended(line);
    if (this.#state === "closed") return;
    // Also those that went by another line: their answers may have been on their way by this one.
    this.#outgoing.lost(() => true);
    if (was === "opening") this.#dialer?.failed();
    if (was === "active") this.#dialer?.lasted(this.#options.clock.monotonic() - this.#activeSince);
    if (was === "opening" && this.up)
      this.#rekey.fail(new DbeError("DESTINATION_UNAVAILABLE", "the new channel failed"));
    if (!this.#lines.active && !this.#lines.opening) this.#dialer?.want();
    this.#pump();
  }

  #dialled(channel: Channel): void {
    const line = new Line(channel, this, this.#options);
    this.#lines.open(line);
    line.dialled(this.peer);
  }

  #dialFailed(detail: string): void {
    this.#options.report({ kind: "dial", peer: this.peer, detail });
    if (this.up) this.#rekey.fail(new DbeError("DESTINATION_UNAVAILABLE", detail));
    else this.#dialer?.want();
  }

  #sendReceipts(): void {
    if (!this.up) return;
    const body = this.#receipts.take();
    if (body) this.#lines.active?.control(CONTROL.RECEIPTS, body);
  }

  /** Sends what waits, and looks again later when the channel is full. */
  #pump(): void {
    const line = this.#lines.active;
    if (!line?.ready || this.#state === "closed") return;
    this.#incoming.flush();
    this.#outgoing.flush(line);
    if (!this.up || this.#draining || (this.#incoming.unsent === 0 && this.#outgoing.unsent === 0)) return;
    this.#draining = true;
    this.#options.clock.after(this.#options.timings.drainMs, () => {
      this.#draining = false;
      this.#pump();
    });
  }

  #tick(): void {
    this.#incoming.tick();
    this.#sendReceipts();
    if (this.#lines.active) this.#rotator.tick(this.#lines.active);
    this.#lines.active?.tick();
  }
}
