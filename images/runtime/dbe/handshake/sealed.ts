import { timingSafeEqual } from "node:crypto";
import { LIMITS } from "../codec/constants.ts";
import { DbeError } from "../codec/error.ts";
import type { DirectionKey } from "../session/aead.ts";
import { hmac } from "../session/hkdf.ts";

/** Writes `parts` to `target`, whose last 16 bytes take the tag, and seals them. */
export function sealInto(
  target: Buffer,
  parts: readonly Buffer[],
  key: DirectionKey,
  sequence: number,
  transcript: Buffer,
): void {
  let at = 0;
  for (const part of parts) at += part.copy(target, at);
  key.seal(target, 0, sequence, transcript);
}

/**
 * What a peer sealed.
 * @throws DbeError TRANSCRIPT_MISMATCH when it saw another conversation: a message or the TLS session differs
 */
export function openSealed(sealed: Buffer, key: DirectionKey, sequence: number, transcript: Buffer): Buffer {
  if (sealed.length < LIMITS.tag) throw new DbeError("MALFORMED", "a handshake message is cut off");
  try {
    return key.open(sealed, 0, sequence, transcript);
  } catch {
    throw new DbeError("TRANSCRIPT_MISMATCH", "both sides saw different messages, or a relay sits between them");
  }
}

/** @throws DbeError TRANSCRIPT_MISMATCH unless `mac` is HMAC-SHA-384 of `transcript` */
export function checkMac(mac: Buffer, key: Buffer, transcript: Buffer): void {
  if (timingSafeEqual(mac, hmac(key, transcript))) return;
  throw new DbeError("TRANSCRIPT_MISMATCH", "the confirmation of the keys does not fit this conversation");
}
