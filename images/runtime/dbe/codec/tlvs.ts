import { FIRST_OPTIONAL_TLV, LIMITS } from "./constants.ts";
import { DbeError } from "./error.ts";
import { FIELD_BY_CODE, FIELDS, type MutableTlvs } from "./tlv-fields.ts";
import type { Tlvs } from "./types.ts";

/**
 * Bytes that these TLVs take.
 * @throws DbeError MALFORMED or TOO_LARGE when no receiver would accept them
 */
export function tlvsLength(tlvs: Tlvs): number {
  let length = 0;
  for (const field of FIELDS) {
    const size = field.size(tlvs);
    if (size >= 0) length += LIMITS.tlvHeader + size;
  }
  for (const [code, value] of tlvs.extra ?? []) {
    if (!Number.isInteger(code) || code < FIRST_OPTIONAL_TLV || code > 0xff) {
      throw new DbeError("MALFORMED", `an extra TLV must be of type 0x80 to 0xff, not ${code}`);
    }
    length += LIMITS.tlvHeader + value.length;
  }
  if (length > LIMITS.tlvs) throw new DbeError("TOO_LARGE", `${length} bytes of TLVs, at most ${LIMITS.tlvs}`);
  return length;
}

/** Writes TLVs whose length was taken by tlvsLength, in the order of their types; returns where they end. */
export function writeTlvs(tlvs: Tlvs, to: Buffer, start: number): number {
  let at = start;
  for (const field of FIELDS) {
    const size = field.size(tlvs);
    if (size < 0) continue;
    writeTlvHeader(to, at, field.code, size);
    field.write(tlvs, to, at + LIMITS.tlvHeader);
    at += LIMITS.tlvHeader + size;
  }
  const extra = [...(tlvs.extra ?? [])].sort(([a], [b]) => a - b);
  for (const [code, value] of extra) {
    writeTlvHeader(to, at, code, value.length);
    value.copy(to, at + LIMITS.tlvHeader);
    at += LIMITS.tlvHeader + value.length;
  }
  return at;
}

/**
 * Reads TLVs; values are views of `bytes`.
 * @throws DbeError MALFORMED or TOO_LARGE
 */
export function decodeTlvs(bytes: Buffer): Tlvs {
  const tlvs: MutableTlvs = {};
  let extra: Map<number, Buffer> | undefined;
  let last = 0;
  for (let at = 0; at < bytes.length; ) {
    const value = valueAt(bytes, at);
    const code = bytes.readUInt8(at);
    if (code <= last) throw new DbeError("MALFORMED", `TLV 0x${code.toString(16)} twice or out of order`);
    last = code;
    const field = FIELD_BY_CODE[code];
    if (field) field.read(tlvs, value);
    else if (code < FIRST_OPTIONAL_TLV) throw new DbeError("MALFORMED", `unknown TLV 0x${code.toString(16)}`);
    else {
      extra ??= new Map();
      extra.set(code, value);
    }
    at += LIMITS.tlvHeader + value.length;
  }
  if (extra) tlvs.extra = extra;
  return tlvs;
}

function valueAt(bytes: Buffer, at: number): Buffer {
  const start = at + LIMITS.tlvHeader;
  if (start > bytes.length) throw new DbeError("MALFORMED", "a TLV's header is cut off");
  if (bytes.readUInt8(at + 1) !== 0) throw new DbeError("MALFORMED", "a TLV has flags");
  const end = start + bytes.readUInt16BE(at + 2);
  if (end > bytes.length) throw new DbeError("MALFORMED", "a TLV is longer than what is left");
  return bytes.subarray(start, end);
}

function writeTlvHeader(to: Buffer, at: number, code: number, length: number): void {
  to.writeUInt8(code, at);
  to.writeUInt8(0, at + 1);
  to.writeUInt16BE(length, at + 2);
}
