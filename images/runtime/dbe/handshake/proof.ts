import { LIMITS } from "../codec/constants.ts";
import { DbeError } from "../codec/error.ts";
import type { Cursor } from "./cursor.ts";
import { SIZES } from "./suite.ts";

/** A node's identity bundle. */
export interface Bundle {
  readonly spiffeId: string;
  /** JSON as in docs/pqc.md. */
  readonly certificate: string;
  readonly quote?: Buffer;
}

/** A bundle with the signature that proves it. */
export interface Proof {
  readonly bundle: Bundle;
  /** The bundle as it was on the wire: what is signed. */
  readonly bytes: Buffer;
  readonly signature: Buffer;
}

/** Bytes of a bundle: u8 length and SPIFFE id, u16 length and certificate, u16 length and quote. */
export function encodeBundle(bundle: Bundle): Buffer {
  const spiffeId = Buffer.from(bundle.spiffeId);
  const certificate = Buffer.from(bundle.certificate);
  const quote = bundle.quote ?? Buffer.alloc(0);
  if (quote.length > LIMITS.quote) throw new DbeError("TOO_LARGE", `a quote of ${quote.length} bytes`);
  if (spiffeId.length > 0xff) throw new DbeError("TOO_LARGE", "a SPIFFE id of more than 255 bytes");
  if (certificate.length > LIMITS.handshakePayload) throw new DbeError("TOO_LARGE", "a certificate beyond the limits");
  return Buffer.concat([
    Buffer.from([spiffeId.length]),
    spiffeId,
    u16(certificate.length),
    certificate,
    u16(quote.length),
    quote,
  ]);
}

/**
 * Reads a bundle and the signature behind it.
 * @throws DbeError MALFORMED or TOO_LARGE
 */
export function readProof(cursor: Cursor, plain: Buffer): Proof {
  const start = cursor.position;
  const spiffeId = cursor.bytes(cursor.u8()).toString("utf8");
  const certificate = cursor.bytes(cursor.u16()).toString("utf8");
  const quoteLength = cursor.u16();
  if (quoteLength > LIMITS.quote) throw new DbeError("TOO_LARGE", `a quote of ${quoteLength} bytes`);
  const quote = cursor.bytes(quoteLength);
  const bytes = plain.subarray(start, cursor.position);
  const bundle = { spiffeId, certificate, ...(quoteLength > 0 && { quote }) };
  return { bundle, bytes, signature: cursor.bytes(SIZES.signature) };
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
