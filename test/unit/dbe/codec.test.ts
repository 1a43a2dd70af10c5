import { describe, expect, it, vi } from "vitest";
import {
  FLAGS,
  LIMITS,
  OFFSETS,
  REASONS,
  type Reason,
  TLVS,
  TYPES,
} from "../../../images/runtime/dbe/codec/constants.ts";
import { errorReply } from "../../../images/runtime/dbe/codec/error-reply.ts";
import { FrameReader } from "../../../images/runtime/dbe/codec/framing.ts";
import { decodeLocal, encodeLocal } from "../../../images/runtime/dbe/codec/local.ts";
import { reasonName, typeName } from "../../../images/runtime/dbe/codec/names.ts";
import type { Tlvs } from "../../../images/runtime/dbe/codec/types.ts";
import { anyEnvelope, envelope, NOW } from "./support/envelopes.ts";
import { Random, seedOf } from "./support/random.ts";
import { reasonOf } from "./support/reason.ts";

const random = new Random(seedOf("DBE_CODEC_SEED"));

/** A right frame with one change. */
function changed(change: (frame: Buffer) => void, of = envelope()): Buffer {
  const frame = encodeLocal(of);
  change(frame);
  return frame;
}

/** A local frame with these bytes as its TLVs. */
function withTlvs(tlvs: Buffer): Buffer {
  const bare = encodeLocal(envelope({ tlvs: {}, payload: Buffer.alloc(0) }));
  const frame = Buffer.concat([bare.subarray(0, LIMITS.header), tlvs, Buffer.alloc(LIMITS.tag)]);
  frame.writeUInt32BE(tlvs.length, OFFSETS.tlvLength);
  return frame;
}

const tlv = (type: number, value: Buffer, flags = 0): Buffer => {
  const head = Buffer.from([type, flags, value.length >> 8, value.length & 0xff]);
  return Buffer.concat([head, value]);
};

describe("layout", () => {
  it("is the documented one, byte by byte", () => {
    const tlvs = { tenantId: "ALPHA", compartments: 0x41, extra: new Map([[0x90, Buffer.from("x")]]) };
    const frame = encodeLocal(envelope({ flags: FLAGS.RETRY, tlvs, payload: Buffer.from("hi") }));
    expect(frame.toString("hex")).toBe(
      [
        "44424531",
        "01",
        "41",
        "0004",
        "000102030405060708090a0b0c0d0e0f",
        "0000000000000000",
        NOW.toString(16).padStart(16, "0"),
        "002b",
        "002f",
        "00000000",
        "00000016",
        "00000002",
        "01000005414c504841",
        "0300000400000041",
        "9000000178",
        "6869",
        "00".repeat(16),
      ].join(""),
    );
  });

  it("gives each name one code", () => {
    for (const table of [TYPES, TLVS, REASONS])
      expect(new Set(Object.values(table)).size).toBe(Object.keys(table).length);
    for (const [name, code] of Object.entries(TYPES)) expect(typeName(code)).toBe(name);
    for (const [name, code] of Object.entries(REASONS)) expect(reasonName(code)).toBe(name);
    expect([typeName(0), reasonName(0), reasonName(35)]).toEqual([undefined, undefined, undefined]);
  });
});

describe("round trips", () => {
  it("any envelope comes back as it was, any accepted frame has one encoding", () => {
    for (let round = 0; round < 3000; round++) {
      const sent = anyEnvelope(random);
      const frame = encodeLocal(sent);
      const got = decodeLocal(frame);
      const extra = sent.tlvs.extra && new Map([...sent.tlvs.extra].sort(([a], [b]) => a - b));
      expect(got).toEqual({ ...sent, tlvs: { ...sent.tlvs, ...(extra && { extra }) } });
      expect(encodeLocal(got).equals(frame)).toBe(true);
    }
  });

  it("takes the largest payload and nothing beyond", () => {
    const largest = envelope({ payload: Buffer.alloc(LIMITS.payload, 7) });
    expect(decodeLocal(encodeLocal(largest)).payload).toHaveLength(LIMITS.payload);
    expect(reasonOf(() => encodeLocal({ ...largest, payload: Buffer.alloc(LIMITS.payload + 1) }))).toBe("TOO_LARGE");
  });

  it("holds two signatures and a claim token of usual size", () => {
    const signature = Buffer.alloc(4659, 1);
    const tlvs = { tenantId: "ALPHA", signatureA: signature, signatureB: signature, claimToken: Buffer.alloc(6700) };
    expect(decodeLocal(encodeLocal(envelope({ tlvs }))).tlvs.claimToken).toHaveLength(6700);
  });
});

describe("refusals of headers", () => {
  it.each<[string, Reason, (frame: Buffer) => void]>([
    ["magic", "MALFORMED", (f) => f.write("DBE2")],
    ["version", "UNSUPPORTED_VERSION", (f) => f.writeUInt8(2, OFFSETS.version)],
    ["type", "UNKNOWN_TYPE", (f) => f.writeUInt8(0x45, OFFSETS.type)],
    ["type of the handshake", "UNKNOWN_TYPE", (f) => f.writeUInt8(TYPES.HS_INIT, OFFSETS.type)],
    ["type between nodes", "UNKNOWN_TYPE", (f) => f.writeUInt8(TYPES.CLOSE, OFFSETS.type)],
    ["unknown flag", "MALFORMED", (f) => f.writeUInt16BE(8, OFFSETS.flags)],
    ["sequence in clear", "MALFORMED", (f) => f.writeUInt8(1, OFFSETS.sequence + 7)],
    ["session in clear", "MALFORMED", (f) => f.writeUInt32BE(1, OFFSETS.session)],
    ["sequence beyond 2^53", "MALFORMED", (f) => f.writeUInt8(0x80, OFFSETS.sequence)],
    ["timestamp beyond 2^53", "MALFORMED", (f) => f.writeUInt8(0xff, OFFSETS.timestamp)],
    ["TLVs too long", "TOO_LARGE", (f) => f.writeUInt32BE(LIMITS.tlvs + 1, OFFSETS.tlvLength)],
    ["payload too long", "TOO_LARGE", (f) => f.writeUInt32BE(0xffffffff, OFFSETS.payloadLength)],
    ["payload longer than the frame", "MALFORMED", (f) => f.writeUInt32BE(6, OFFSETS.payloadLength)],
    ["tag", "MALFORMED", (f) => f.writeUInt8(1, f.length - 1)],
    ["error without a reason", "MALFORMED", (f) => f.writeUInt8(TYPES.ERROR, OFFSETS.type)],
  ])("%s: %s", (_what, reason, change) => {
    expect(reasonOf(() => decodeLocal(changed(change)))).toBe(reason);
  });

  it("every cut of a frame", () => {
    const frame = encodeLocal(envelope());
    for (let end = 0; end < frame.length; end++) {
      expect(reasonOf(() => decodeLocal(frame.subarray(0, end)))).toBe("MALFORMED");
    }
    expect(reasonOf(() => decodeLocal(Buffer.concat([frame, Buffer.alloc(1)])))).toBe("MALFORMED");
  });
});

describe("refusals of TLVs", () => {
  const tenant = tlv(TLVS.TENANT_ID, Buffer.from("ALPHA"));
  it.each<[string, Reason, Buffer]>([
    ["cut header", "MALFORMED", Buffer.from([1, 0, 0])],
    ["value beyond the end", "MALFORMED", Buffer.from([1, 0, 0, 9, 65])],
    ["flags", "MALFORMED", tlv(TLVS.TENANT_ID, Buffer.from("ALPHA"), 1)],
    ["type 0", "MALFORMED", tlv(0, Buffer.alloc(1))],
    ["unknown critical", "MALFORMED", tlv(0x0d, Buffer.alloc(1))],
    ["last critical", "MALFORMED", tlv(0x7f, Buffer.alloc(1))],
    ["twice", "MALFORMED", Buffer.concat([tenant, tenant])],
    ["out of order", "MALFORMED", Buffer.concat([tlv(TLVS.ROE_LEVEL, Buffer.from([1])), tenant])],
    ["extra twice", "MALFORMED", Buffer.concat([tlv(0x80, Buffer.alloc(1)), tlv(0x80, Buffer.alloc(1))])],
    ["tenant in lower case", "MALFORMED", tlv(TLVS.TENANT_ID, Buffer.from("alpha"))],
    ["tenant with a line's end", "MALFORMED", tlv(TLVS.TENANT_ID, Buffer.from("ALPHA\n"))],
    ["tenant with a NUL", "MALFORMED", tlv(TLVS.TENANT_ID, Buffer.from("AL\0"))],
    ["tenant of one letter", "MALFORMED", tlv(TLVS.TENANT_ID, Buffer.from("A"))],
    ["tenant of 17", "TOO_LARGE", tlv(TLVS.TENANT_ID, Buffer.alloc(17, 65))],
    ["classification", "MALFORMED", tlv(TLVS.CLASSIFICATION, Buffer.from([5]))],
    ["classification of two bytes", "TOO_LARGE", tlv(TLVS.CLASSIFICATION, Buffer.alloc(2))],
    ["compartments", "MALFORMED", tlv(TLVS.COMPARTMENT_MASK, Buffer.from([0, 0, 1, 0]))],
    ["short compartments", "MALFORMED", tlv(TLVS.COMPARTMENT_MASK, Buffer.from([0, 0, 1]))],
    ["ROE level", "MALFORMED", tlv(TLVS.ROE_LEVEL, Buffer.from([3]))],
    ["short signature", "MALFORMED", tlv(TLVS.TWO_PERSON_SIG_A, Buffer.alloc(4658))],
    ["long signature", "TOO_LARGE", tlv(TLVS.TWO_PERSON_SIG_B, Buffer.alloc(4660))],
    ["claim token", "TOO_LARGE", tlv(TLVS.L7_CLAIM_TOKEN, Buffer.alloc(8193))],
    ["empty claim token", "MALFORMED", tlv(TLVS.L7_CLAIM_TOKEN, Buffer.alloc(0))],
    ["reason in no error", "MALFORMED", tlv(TLVS.REASON, Buffer.from([1]))],
    ["no such reason", "MALFORMED", tlv(TLVS.REASON, Buffer.from([0]))],
  ])("%s: %s", (_what, reason, bytes) => {
    expect(reasonOf(() => decodeLocal(withTlvs(bytes)))).toBe(reason);
  });

  it("keeps optional ones it does not know", () => {
    const got = decodeLocal(withTlvs(Buffer.concat([tenant, tlv(0x80, Buffer.from("a")), tlv(0xff, Buffer.alloc(0))])));
    expect([...(got.tlvs.extra ?? [])].map(([type, value]) => [type, value.toString()])).toEqual([
      [0x80, "a"],
      [0xff, ""],
    ]);
  });

  it.each<[Reason, Tlvs]>([
    ["MALFORMED", { tenantId: "alpha" }],
    ["MALFORMED", { classification: 1.5 }],
    ["MALFORMED", { roeTokenId: -1 }],
    ["MALFORMED", { reason: 1 }],
    ["MALFORMED", { extra: new Map([[0x10, Buffer.alloc(1)]]) }],
    ["TOO_LARGE", { extra: new Map([[0x80, Buffer.alloc(LIMITS.tlvs)]]) }],
    ["TOO_LARGE", { claimToken: Buffer.alloc(8193) }],
  ])("are never sent: %s %o", (reason, tlvs) => {
    expect(reasonOf(() => encodeLocal(envelope({ tlvs })))).toBe(reason);
  });

  it.each(["flags", "source", "timestamp", "type"] as const)("nor a header with a wrong %s", (key) => {
    expect(reasonOf(() => encodeLocal(envelope({ [key]: -1 })))).toBeDefined();
    expect(reasonOf(() => encodeLocal(envelope({ [key]: Number.NaN })))).toBeDefined();
  });
});

describe("FrameReader", () => {
  const frames = Array.from({ length: 40 }, () => encodeLocal(anyEnvelope(random)));
  const stream = Buffer.concat(frames);

  it("gives the frames back, however the stream is cut", () => {
    for (let round = 0; round < 50; round++) {
      const reader = new FrameReader();
      const most = random.pick([1, 3, 60, 500, stream.length]);
      const got: Buffer[] = [];
      for (let at = 0; at < stream.length; ) {
        const size = 1 + random.below(most);
        got.push(...reader.push(stream.subarray(at, at + size)));
        at += size;
      }
      expect(Buffer.concat(got).equals(stream)).toBe(true);
      expect(got.map((frame) => frame.length)).toEqual(frames.map((frame) => frame.length));
      expect(reader.held).toBe(0);
    }
  });

  it("does not copy what comes whole", () => {
    expect(new FrameReader().push(stream)[1]?.buffer).toBe(stream.buffer);
  });

  it("takes memory for a frame of usual size once, and for a large one as it comes", () => {
    const pushed = (payload: number, bytes: number): number[] => {
      const frame = encodeLocal(envelope({ payload: Buffer.alloc(payload) }));
      const reader = new FrameReader();
      const taken = vi.spyOn(Buffer, "allocUnsafe");
      for (let at = 0; at < bytes; at += 16_384) reader.push(frame.subarray(at, Math.min(at + 16_384, bytes)));
      const sizes = taken.mock.calls.map(([size]) => size);
      taken.mockRestore();
      return sizes;
    };
    expect(pushed(65_536, 65_536)).toHaveLength(1);
    expect(Math.max(...pushed(LIMITS.payload, 16_384))).toBeLessThan(100_000);
  });

  it("refuses by the header alone, and everything after", () => {
    const reader = new FrameReader();
    const long = changed((frame) => frame.writeUInt32BE(LIMITS.payload + 1, OFFSETS.payloadLength));
    expect(reasonOf(() => reader.push(long.subarray(0, 56)))).toBe("TOO_LARGE");
    expect(reasonOf(() => reader.push(stream))).toBe("TOO_LARGE");
    expect(reader.held).toBe(0);
  });

  it("takes less from a stranger, more from then on", () => {
    const reader = new FrameReader(LIMITS.handshakeFrame);
    const large = encodeLocal(envelope({ payload: Buffer.alloc(40_000) }));
    expect(reasonOf(() => new FrameReader(LIMITS.handshakeFrame).push(large))).toBe("TOO_LARGE");
    expect(reader.push(frames[0] ?? Buffer.alloc(0))).toHaveLength(1);
    reader.limit = LIMITS.frame;
    expect(reader.push(large)).toHaveLength(1);
  });

  it("refuses a long handshake frame always", () => {
    const frame = changed((f) => f.writeUInt8(TYPES.HS_FINISH, OFFSETS.type));
    frame.writeUInt32BE(LIMITS.handshakePayload + 1, OFFSETS.payloadLength);
    expect(reasonOf(() => new FrameReader().push(frame))).toBe("TOO_LARGE");
  });
});

describe("errorReply", () => {
  it("answers with the reason, to where the request came from", () => {
    const request = envelope({ tlvs: { tenantId: "ALPHA", roeLevel: 1, traceId: Buffer.alloc(16, 3) } });
    const reply = decodeLocal(encodeLocal(errorReply(request, "ROE_EXCEEDED", NOW + 1)));
    expect(reply).toEqual({
      type: TYPES.ERROR,
      flags: FLAGS.RESPONSE,
      messageId: request.messageId,
      source: 47,
      destination: 43,
      timestamp: NOW + 1,
      tlvs: { tenantId: "ALPHA", traceId: Buffer.alloc(16, 3), reason: REASONS.ROE_EXCEEDED },
      payload: Buffer.alloc(0),
    });
  });
});
