import type { Envelope } from "../codec/types.ts";

/** Optional TLV of a copy: when the message was first sent, ms since 1970, u64. */
const FIRST_SENT = 0x80;

/** The TLV for a copy of a message first sent at `time`. */
export function firstSentTlv(time: number): ReadonlyMap<number, Buffer> {
  const value = Buffer.alloc(8);
  value.writeBigUInt64BE(BigInt(time));
  return new Map([[FIRST_SENT, value]]);
}

/**
 * When a message that is a copy was first sent, ms since 1970; undefined for a first one. It is told by a TLV and not by
 * the flag RETRY: that one is about one link, and this about the whole way.
 */
export function firstSent({ tlvs, timestamp }: Envelope): number | undefined {
  const value = tlvs.extra?.get(FIRST_SENT);
  return value?.length === 8 ? Math.min(timestamp, Number(value.readBigUInt64BE())) : undefined;
}
