import { DbeError } from "../../../runtime/dbe/codec/error.ts";
import { decodeLocal, encodeLocal } from "../../../runtime/dbe/codec/local.ts";
import type { Envelope } from "../../../runtime/dbe/codec/types.ts";
import { emptyRow } from "../audit/audit-row.ts";
import { bareError } from "../local/bare-error.ts";
import { decide } from "../policy/decide.ts";
import { decideAnswer } from "../policy/decide-answer.ts";
import { isProtected } from "../policy/exchange-types.ts";
import type { Speaker } from "../policy/hop.ts";
import { type Delivered, deliver } from "./delivery.ts";
import type { ExchangeParts } from "./exchange-parts.ts";
import { demand, refusal, rowOf } from "./refusals.ts";

const CLEARED = "cleared to be acted on; a refusal of this message id follows where it was not";

/**
 * Passes messages between the containers of this node and its peers. Every request is decided on at each of its hops and
 * every answer before it goes back; what is refused is audited and answered with an ERROR.
 */
export class Exchange {
  private readonly parts: ExchangeParts;
  /** Requests of local containers under way, by container, tenant, device and id. */
  private readonly running = new Map<string, Promise<Envelope>>();
  private readonly runningEach = new Map<string, number>();
  private runningBytes = 0;

  constructor(parts: ExchangeParts) {
    this.parts = parts;
  }

  /** Requests of local containers under way. */
  get busy(): number {
    return this.running.size;
  }

  /** A frame that a container brought; the frame that answers it. Never throws. */
  async fromContainer(from: Speaker, frame: Buffer): Promise<Buffer> {
    let message: Envelope;
    try {
      message = decodeLocal(frame);
    } catch (error) {
      return this.notAMessage(from, error);
    }
    return encodeLocal(await this.fromSpeaker(from, message));
  }

  /**
   * A request by someone on this node. A copy of one that is under way gets the same answer.
   * @param node peer to ask where the destination is device 0 of another node
   */
  async fromSpeaker(from: Speaker, message: Envelope, node?: string): Promise<Envelope> {
    const { tlvs, source, messageId, type } = message;
    const key = `${from.container}|${tlvs.tenantId}|${source}|${type}|${messageId.toString("hex")}`;
    const before = this.running.get(key);
    if (before) return before;
    const answer = this.local(from, message, node).finally(() => {
      this.running.delete(key);
      this.count(from, -1, message);
    });
    this.running.set(key, answer);
    this.count(from, 1, message);
    return answer;
  }

  /** A request that a peer brought; never throws. */
  async fromPeer(message: Envelope, peer: string): Promise<Envelope> {
    const { parts } = this;
    try {
      parts.metrics.message(message.type, "link_in");
      demand(decide(message, { at: "ingress", peer }, parts.facts()));
      await this.audited(message, peer);
      const { answer, by } = await deliver(parts, message, this.deadlineOf(message));
      return await this.checked(answer, message, by);
    } catch (error) {
      return refusal(parts, message, peer, error);
    }
  }

  private async local(from: Speaker, message: Envelope, node: string | undefined): Promise<Envelope> {
    const { parts } = this;
    const until = performance.now() + this.deadlineOf(message);
    try {
      parts.metrics.message(message.type, "local_in");
      demand(decide(message, { at: "local", from }, parts.facts()));
      this.admit(from, message);
      await this.audited(message, from.container);
      const { answer, by } = await this.passOn(message, node, until - performance.now());
      return await this.checked(answer, message, by);
    } catch (error) {
      return refusal(parts, message, from.container, error);
    }
  }

  private async passOn(message: Envelope, node: string | undefined, left: number): Promise<Delivered> {
    const { parts } = this;
    const facts = parts.facts();
    const { destination } = message;
    const home = node ?? (destination === 0 ? facts.node : facts.devices.get(destination));
    if (home === undefined) throw new DbeError("NO_ROUTE", `device ${destination} is on no node`);
    if (left < 1) throw new DbeError("TIMEOUT", "no time was left to pass the message on");
    if (home === facts.node) return deliver(parts, message, left);
    demand(decide(message, { at: "egress", peer: home }, facts));
    const begun = performance.now();
    parts.metrics.message(message.type, "link_out");
    const answer = await parts.ask(home, message, Math.floor(left));
    parts.metrics.hop("link", performance.now() - begun);
    return { answer, by: home };
  }

  /** A protected message goes on only when a row about it is in Postgres. */
  private async audited(message: Envelope, peer: string): Promise<void> {
    if (!isProtected(message.type)) return;
    await this.parts.audit.require(rowOf(message, peer, null, CLEARED));
  }

  /** The answer, if it may go back; else the refusal of it, on account of who gave it. */
  private async checked(answer: Envelope, request: Envelope, by: string): Promise<Envelope> {
    const verdict = decideAnswer(answer, request, this.parts.facts());
    if (verdict.ok) return answer;
    const { refuse, detail } = verdict;
    return refusal(this.parts, request, by, new DbeError(refuse, `the answer: ${detail}`));
  }

  private admit(from: Speaker, { payload }: Envelope): void {
    const { running, runningEach, runningBytes } = this.parts.limits;
    const own = this.runningEach.get(from.container) ?? 0;
    const fits = this.runningBytes + payload.length <= runningBytes;
    if (fits && this.running.size < running && own < runningEach) return;
    throw new DbeError("OVERLOADED", `${own} messages of ${from.container}, ${this.running.size} in all are under way`);
  }

  private count(from: Speaker, change: 1 | -1, { payload }: Envelope): void {
    this.runningBytes += change * payload.length;
    const count = (this.runningEach.get(from.container) ?? 0) + change;
    if (count > 0) this.runningEach.set(from.container, count);
    else this.runningEach.delete(from.container);
  }

  private deadlineOf({ tlvs }: Envelope): number {
    const { defaultDeadlineMs, longestDeadlineMs } = this.parts.limits;
    return Math.min(tlvs.deadlineMs ?? defaultDeadlineMs, longestDeadlineMs);
  }

  private async notAMessage(from: Speaker, error: unknown): Promise<Buffer> {
    const { reason, detail } = error instanceof DbeError ? error : new DbeError("MALFORMED", "not a frame");
    this.parts.metrics.refused(reason);
    await this.parts.audit.refuse({
      ...emptyRow("dbe.refused", detail),
      source: from.device,
      peer: from.container,
      reason,
    });
    return bareError(reason, Date.now());
  }
}
