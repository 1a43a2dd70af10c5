import { DirectionKey } from "./aead.ts";
import { expand, HASH_BYTES } from "./hkdf.ts";
import { LABELS } from "./labels.ts";

/** The side that began the handshake, or the one that answered. */
export type Role = "initiator" | "responder";

/** What a session works with, from one side's view. */
export interface SessionKeys {
  readonly send: DirectionKey;
  readonly receive: DirectionKey;
  /** K_log: 48 bytes, the same on both sides, for chaining audits; no key of the traffic follows from it. */
  readonly log: Buffer;
}

/** The session's keys of one side. */
export function sessionKeys(secret: Buffer, role: Role): SessionKeys {
  const fromInitiator = new DirectionKey(secret, LABELS.trafficInitiator);
  const fromResponder = new DirectionKey(secret, LABELS.trafficResponder);
  const log = Buffer.from(expand(secret, LABELS.log, HASH_BYTES));
  return role === "initiator"
    ? { send: fromInitiator, receive: fromResponder, log }
    : { send: fromResponder, receive: fromInitiator, log };
}
