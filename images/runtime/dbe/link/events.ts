import type { Reason } from "../codec/constants.ts";

/** Where something happened. */
interface Where {
  /** Peer that proved its identity; undefined before it did. */
  readonly peer: string | undefined;
  readonly remote: string;
  readonly transport: "quic" | "tls";
}

/** A handshake that succeeded (`reason` undefined) or failed. */
export interface HandshakeEvent extends Where {
  readonly kind: "handshake";
  readonly role: "initiator" | "responder";
  /** A new session beside an established one, on its channel. */
  readonly rekey: boolean;
  readonly reason: Reason | undefined;
  readonly detail: string;
  readonly milliseconds: number;
}

/** A session that became the one to send by, or whose keys were dropped. */
export interface SessionEvent extends Where {
  readonly kind: "session";
  readonly change: "opened" | "retired";
  readonly session: number;
}

/** A channel that is no longer used. */
export interface ChannelEvent extends Where {
  readonly kind: "channel";
  readonly detail: string;
}

/**
 * Something from outside that was refused. What `claimed` holds was read from a header that may not be authentic.
 * The link names no tenant where it could not authenticate one.
 */
export interface RefusedEvent extends Where {
  readonly kind: "refused";
  readonly reason: Reason;
  readonly detail: string;
  readonly tenant: string | undefined;
  readonly claimed:
    | {
        readonly type: number;
        readonly source: number;
        readonly destination: number;
        /** Hex. */
        readonly messageId: string;
      }
    | undefined;
}

/** A dial that gave no channel. */
export interface DialEvent {
  readonly kind: "dial";
  readonly peer: string;
  readonly detail: string;
}

/** What a link tells its owner, for metrics, log and audit. */
export type LinkEvent = HandshakeEvent | SessionEvent | ChannelEvent | RefusedEvent | DialEvent;

/** Takes the events of a link. Called synchronously; what it throws is dropped. */
export type Report = (event: LinkEvent) => void;
