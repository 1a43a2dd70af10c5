import { createHash } from "node:crypto";
import { ByteReader } from "./byte-reader.ts";

/** A quote as it travels: "DTQ1", then TPMS_ATTEST and TPMT_SIGNATURE, each with its length (2 bytes) before it. */
export interface QuoteBundle {
  readonly attestation: Buffer;
  readonly signature: Buffer;
}

/** Longest quote, bytes. */
export const MAX_QUOTE_BYTES = 4096;

const MAGIC = 0x44545131;
const MOST = { attestation: 2048, signature: 1024 } as const;

/** The bytes that travel. */
export function encodeQuote({ attestation, signature }: QuoteBundle): Buffer {
  const head = Buffer.alloc(6);
  head.writeUInt32BE(MAGIC, 0);
  head.writeUInt16BE(attestation.length, 4);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(signature.length);
  return Buffer.concat([head, attestation, length, signature]);
}

/** @throws RangeError naming what does not fit */
export function decodeQuote(bytes: Buffer): QuoteBundle {
  if (bytes.length > MAX_QUOTE_BYTES)
    throw new RangeError(`${bytes.length} bytes where at most ${MAX_QUOTE_BYTES} may be`);
  const reader = new ByteReader(bytes);
  if (reader.uint(4) !== MAGIC) throw new RangeError("no quote of version 1");
  const [attestation, signature] = [reader.sized(MOST.attestation), reader.sized(MOST.signature)];
  reader.end();
  return { attestation, signature };
}

/** What the TPM is given for a nonce of any length: its own field may hold no more than 32 bytes. */
export function qualifyingData(nonce: Buffer): Buffer {
  return createHash("sha256").update("dsmil-quote-v1").update(nonce).digest();
}
