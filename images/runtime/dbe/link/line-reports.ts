import { LIMITS, OFFSETS } from "../codec/constants.ts";
import type { DbeError } from "../codec/error.ts";
import type { Envelope } from "../codec/types.ts";
import type { HandshakeAttempt } from "./attempt.ts";
import type { Channel } from "./channel.ts";
import type { LinkEvent, RefusedEvent, Report } from "./events.ts";

/** Longest detail of an event, characters. */
const DETAIL = 300;

/** Reports what happens on one channel, and counts what was refused there. */
export class LineReports {
  readonly #channel: Channel;
  readonly #report: Report;
  readonly #peer: () => string | undefined;
  #frames = 0;

  constructor(channel: Channel, report: Report, peer: () => string | undefined) {
    this.#channel = channel;
    this.#report = report;
    this.#peer = peer;
  }

  /** Frames refused so far. */
  get frames(): number {
    return this.#frames;
  }

  handshake(attempt: HandshakeAttempt, rekey: boolean, milliseconds: number, error?: DbeError): void {
    const { role } = attempt;
    const detail = error?.detail.slice(0, DETAIL) ?? "";
    this.#tell({ kind: "handshake", role, rekey, reason: error?.reason, detail, milliseconds, ...this.#where() });
  }

  session(change: "opened" | "retired", session: number): void {
    this.#tell({ kind: "session", change, session, ...this.#where() });
  }

  closed(detail: string): void {
    this.#tell({ kind: "channel", detail: detail.slice(0, DETAIL), ...this.#where() });
  }

  /** A frame that did not get as far as being a message. */
  frame(error: DbeError, frame: Buffer): void {
    this.#frames += 1;
    this.#refuse(error, claimedBy(frame), undefined);
  }

  /** A message that came in a session. */
  message(error: DbeError, { type, source, destination, messageId, tlvs }: Envelope): void {
    this.#refuse(error, { type, source, destination, messageId: messageId.toString("hex") }, tlvs.tenantId);
  }

  /** The channel itself. */
  refused(error: DbeError): void {
    this.#refuse(error, undefined, undefined);
  }

  #refuse(error: DbeError, claimed: RefusedEvent["claimed"], tenant: string | undefined): void {
    const { reason } = error;
    const detail = error.detail.slice(0, DETAIL);
    this.#tell({ kind: "refused", reason, detail, claimed, tenant, ...this.#where() });
  }

  #where() {
    const { remote, transport } = this.#channel;
    return { peer: this.#peer(), remote, transport };
  }

  /** A fault of the one who listens must not leave the line in the middle of a step. */
  #tell(event: LinkEvent): void {
    try {
      this.#report(event);
    } catch {}
  }
}

function claimedBy(frame: Buffer): RefusedEvent["claimed"] {
  if (frame.length < LIMITS.header) return undefined;
  return {
    type: frame.readUInt8(OFFSETS.type),
    source: frame.readUInt16BE(OFFSETS.source),
    destination: frame.readUInt16BE(OFFSETS.destination),
    messageId: frame.toString("hex", OFFSETS.messageId, OFFSETS.messageId + LIMITS.messageId),
  };
}
