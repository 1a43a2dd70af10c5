import type { DbeError } from "../codec/error.ts";
import type { Envelope } from "../codec/types.ts";
import type { LinkSession } from "./keying.ts";
import type { Line } from "./line.ts";

/** Who uses a line: first the acceptor, until the peer proved who it is, then the link with that peer. */
export interface LineOwner {
  /**
   * The peer proved who it is. Answers with the boot id to tell it, or undefined when the peer is not wanted. May hand
   * the line to another owner.
   */
  keyed(line: Line, peer: string): string | undefined;
  /** A new session can be used, or the first one. */
  promoted(line: Line): void;
  /** The peer's boot id is known: requests can be sent. */
  introduced(line: Line): void;
  /** A message for this node's services, or an answer. */
  message(line: Line, envelope: Envelope): void;
  /** The body of receipts. */
  receipts(body: Buffer): void;
  /** The keys of a session were dropped, `early` before its grace was over; the line goes on. */
  retired(line: Line, session: LinkSession, early: boolean): void;
  /** A new session failed; the line goes on with the one it has. */
  rekeyFailed(line: Line, error: DbeError): void;
  /** The line ended. */
  down(line: Line): void;
}
