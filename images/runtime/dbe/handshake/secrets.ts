import { DirectionKey } from "../session/aead.ts";
import { expand, extract, HASH_BYTES } from "../session/hkdf.ts";
import { type Role, type SessionKeys, sessionKeys } from "../session/keys.ts";
import { LABELS } from "../session/labels.ts";
import type { SharedSecrets } from "./key-share.ts";

/** The keys that protect the handshake itself, and from which the session's follow. */
export interface HandshakeKeys {
  /** Encrypts HS_FINISH. */
  readonly initiator: DirectionKey;
  /** Encrypts HS_RESPONSE and HS_DONE. */
  readonly responder: DirectionKey;
  readonly macInitiator: Buffer;
  readonly macResponder: Buffer;
  /** The session's keys of one side; `transcript` is the hash through HS_FINISH. To be called once. */
  session(transcript: Buffer, role: Role): SessionKeys;
}

/**
 * Keys from both exchanges, the binding and the transcript through the clear part of HS_RESPONSE. Wipes the secrets.
 */
export function handshakeKeys(transcript: Buffer, secrets: SharedSecrets, binding: Buffer): HandshakeKeys {
  const secret = extract(transcript, secrets.ecdh, secrets.kem, binding);
  secrets.ecdh.fill(0);
  secrets.kem.fill(0);
  const derived = expand(secret, LABELS.derived, HASH_BYTES);
  const keys = {
    initiator: new DirectionKey(secret, LABELS.handshakeInitiator),
    responder: new DirectionKey(secret, LABELS.handshakeResponder),
    macInitiator: expand(secret, LABELS.macInitiator, HASH_BYTES),
    macResponder: expand(secret, LABELS.macResponder, HASH_BYTES),
    session: (through: Buffer, role: Role): SessionKeys => {
      const traffic = extract(through, derived);
      derived.fill(0);
      const made = sessionKeys(traffic, role);
      traffic.fill(0);
      return made;
    },
  };
  secret.fill(0);
  return keys;
}
