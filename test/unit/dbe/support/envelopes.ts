import { FLAGS, REASONS, TYPES } from "../../../../images/runtime/dbe/codec/constants.ts";
import { isHandshake } from "../../../../images/runtime/dbe/codec/header.ts";
import type { Envelope, Tlvs } from "../../../../images/runtime/dbe/codec/types.ts";
import type { Random } from "./random.ts";

export const NOW = Date.parse("2026-02-01T08:00:00Z");

/** Types that a service may send. */
const MESSAGE_TYPES = Object.values(TYPES).filter((type) => !isHandshake(type) && type !== TYPES.CLOSE);

/** A simple message, with changes. */
export function envelope(changes: Partial<Envelope> = {}): Envelope {
  return {
    type: TYPES.L7_CHAT_REQ,
    flags: 0,
    messageId: Buffer.from("000102030405060708090a0b0c0d0e0f", "hex"),
    source: 43,
    destination: 47,
    timestamp: NOW,
    tlvs: { tenantId: "ALPHA" },
    payload: Buffer.from("hello"),
    ...changes,
  };
}

/** Any message that is right. */
export function anyEnvelope(random: Random, largest = 300): Envelope {
  const type = random.pick(MESSAGE_TYPES);
  return {
    type,
    flags: random.pick([0, FLAGS.RESPONSE, FLAGS.NO_REPLY, FLAGS.RETRY, FLAGS.NO_REPLY | FLAGS.RETRY]),
    messageId: random.bytes(16),
    source: random.below(0x10000),
    destination: random.below(0x10000),
    timestamp: NOW + random.below(60_000) - 30_000,
    tlvs: anyTlvs(random, type),
    payload: random.bytes(random.below(largest)),
  };
}

function anyTlvs(random: Random, type: number): Tlvs {
  const some = <K extends keyof Tlvs>(key: K, value: () => Tlvs[K]): Partial<Tlvs> =>
    random.chance(0.3) ? { [key]: value() } : {};
  return {
    ...some("tenantId", () => random.pick(["ALPHA", "BRAVO", "AB", "X123456789ABCDEF"])),
    ...some("classification", () => random.below(5)),
    ...some("compartments", () => random.below(256)),
    ...some("roeLevel", () => random.below(3)),
    ...some("roeTokenId", () => random.u32()),
    ...(random.chance(0.02) && { signatureA: random.bytes(4659), signatureB: random.bytes(4659) }),
    ...some("claimToken", () => random.bytes(1 + random.below(200))),
    ...some("requestDigest", () => random.bytes(48)),
    ...some("deadlineMs", () => random.u32()),
    ...some("traceId", () => random.bytes(16)),
    ...(type === TYPES.ERROR && { reason: random.pick(Object.values(REASONS)) }),
    ...some(
      "extra",
      () =>
        new Map([
          [0x80 + random.below(64), random.bytes(random.below(40))],
          [0xff, Buffer.alloc(0)],
        ]),
    ),
  };
}
