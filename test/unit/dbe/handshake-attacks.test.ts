import { describe, expect, it } from "vitest";
import { FLAGS, LIMITS, OFFSETS, type Reason, TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import { DbeError } from "../../../images/runtime/dbe/codec/error.ts";
import { refusal } from "../../../images/runtime/dbe/handshake/refusal.ts";
import { NOW } from "./support/envelopes.ts";
import { pair } from "./support/fleet.ts";
import { reasonOf, reasonOfAsync } from "./support/reason.ts";
import { ANSWER_AT, AT, at, DONE, FINISH, INIT, RESPONSE, redigest, run } from "./support/tamper.ts";

describe("downgrade", () => {
  it.each<[string, Reason, number, (frame: Buffer) => unknown]>([
    ["suite in HS_INIT", "DOWNGRADE", INIT, (f) => f.writeUInt16BE(2, AT.suite)],
    ["suite 0 in HS_INIT", "DOWNGRADE", INIT, (f) => f.writeUInt16BE(0, AT.suite)],
    ["suite in HS_RESPONSE", "DOWNGRADE", RESPONSE, (f) => f.writeUInt16BE(2, ANSWER_AT.suite)],
    ["version in HS_INIT", "UNSUPPORTED_VERSION", INIT, (f) => f.writeUInt8(0, AT.version)],
    ["version in HS_RESPONSE", "UNSUPPORTED_VERSION", RESPONSE, (f) => f.writeUInt8(2, ANSWER_AT.version)],
    ["version of the envelope", "UNSUPPORTED_VERSION", INIT, (f) => f.writeUInt8(0, OFFSETS.version)],
  ])("of the %s: %s", async (_what, reason, step, change) => {
    expect(await run(at(step, change))).toBe(reason);
  });
});

describe("the transport's binding", () => {
  it("must be the same on both sides", async () => {
    expect(await run(undefined, { binding: Buffer.alloc(48, 2) })).toBe("TRANSCRIPT_MISMATCH");
  });

  it("is part of the keys: a relay that repairs the digest gets no further", async () => {
    const relay = at(INIT, (frame) => redigest(frame));
    expect(await run(relay, { binding: Buffer.alloc(48, 2) })).toBe("TRANSCRIPT_MISMATCH");
  });

  it("has 48 bytes", () => {
    expect(() => pair({ binding: Buffer.alloc(32) })).toThrow(RangeError);
    expect(() => pair({}, { binding: Buffer.alloc(0) })).toThrow(RangeError);
  });
});

describe("tampering", () => {
  it.each<[string, Reason, number, (frame: Buffer) => unknown]>([
    ["digest of the offer", "TRANSCRIPT_MISMATCH", INIT, (f) => f.writeUInt8(f.readUInt8(AT.digest) ^ 1, AT.digest)],
    [
      "nonce, digest repaired",
      "TRANSCRIPT_MISMATCH",
      INIT,
      (f) => {
        f.fill(0, AT.nonce, AT.point);
        return redigest(f);
      },
    ],
    [
      "node, digest repaired",
      "TRANSCRIPT_MISMATCH",
      INIT,
      (f) => {
        f.write("node-c", AT.node, "latin1");
        return redigest(f);
      },
    ],
    [
      "message id, digest repaired",
      "MALFORMED",
      INIT,
      (f) => {
        f.fill(9, OFFSETS.messageId, OFFSETS.sequence);
        return redigest(f);
      },
    ],
    [
      "timestamp, digest repaired",
      "TRANSCRIPT_MISMATCH",
      INIT,
      (f) => {
        f.writeUInt32BE((NOW % 2 ** 32) + 1, OFFSETS.timestamp + 4);
        return redigest(f);
      },
    ],
    [
      "whom it is for",
      "UNKNOWN_PEER",
      INIT,
      (f) => {
        f.write("node-c", AT.to, "latin1");
        return redigest(f);
      },
    ],
    [
      "point of zeros",
      "MALFORMED",
      INIT,
      (f) => {
        f.fill(0, AT.point, AT.kem);
        return redigest(f);
      },
    ],
    [
      "point beside the curve",
      "MALFORMED",
      INIT,
      (f) => {
        f.writeUInt8((f[AT.kem - 1] ?? 0) ^ 1, AT.kem - 1);
        return redigest(f);
      },
    ],
    [
      "encapsulation key out of range",
      "MALFORMED",
      INIT,
      (f) => {
        f.fill(0xff, AT.kem, AT.kem + 30);
        return redigest(f);
      },
    ],
    [
      "encapsulation key of zeros",
      "TRANSCRIPT_MISMATCH",
      INIT,
      (f) => {
        f.fill(0, AT.kem, AT.digest);
        return redigest(f);
      },
    ],
    [
      "node id that is none",
      "MALFORMED",
      INIT,
      (f) => {
        f.write("NODE", AT.node, "latin1");
        return redigest(f);
      },
    ],
    ["cut", "MALFORMED", INIT, (f) => f.subarray(0, 900)],
    ["session 0", "MALFORMED", RESPONSE, (f) => f.writeUInt32BE(0, ANSWER_AT.session)],
    ["session", "TRANSCRIPT_MISMATCH", RESPONSE, (f) => f.writeUInt32BE(77, ANSWER_AT.session)],
    ["nonce of the answer", "TRANSCRIPT_MISMATCH", RESPONSE, (f) => f.fill(0, ANSWER_AT.nonce, ANSWER_AT.point)],
    ["point of the answer", "MALFORMED", RESPONSE, (f) => f.fill(1, ANSWER_AT.point, ANSWER_AT.ciphertext)],
    ["ciphertext", "TRANSCRIPT_MISMATCH", RESPONSE, (f) => f.fill(0, ANSWER_AT.ciphertext, ANSWER_AT.session)],
    ["node of the answer", "UNKNOWN_PEER", RESPONSE, (f) => f.write("node-c", ANSWER_AT.node, "latin1")],
    ["sealed part", "TRANSCRIPT_MISMATCH", RESPONSE, (f) => f.writeUInt8((f[9000] ?? 0) ^ 1, 9000)],
    [
      "time of the answer",
      "TRANSCRIPT_MISMATCH",
      RESPONSE,
      (f) => f.writeUInt32BE((NOW % 2 ** 32) + 1, OFFSETS.timestamp + 4),
    ],
    ["flags of the answer", "MALFORMED", RESPONSE, (f) => f.writeUInt16BE(FLAGS.RETRY, OFFSETS.flags)],
    ["tag of the answer", "MALFORMED", RESPONSE, (f) => f.writeUInt8(1, f.length - 1)],
    ["session in the header", "MALFORMED", RESPONSE, (f) => f.writeUInt32BE(5, OFFSETS.session)],
    ["sealed part of the finish", "TRANSCRIPT_MISMATCH", FINISH, (f) => f.writeUInt8((f[100] ?? 0) ^ 1, 100)],
    [
      "time of the finish",
      "TRANSCRIPT_MISMATCH",
      FINISH,
      (f) => f.writeUInt32BE((NOW % 2 ** 32) + 1, OFFSETS.timestamp + 4),
    ],
    ["id of the finish", "MALFORMED", FINISH, (f) => f.writeUInt8((f[8] ?? 0) ^ 1, 8)],
    ["confirmation", "TRANSCRIPT_MISMATCH", DONE, (f) => f.writeUInt8((f[60] ?? 0) ^ 1, 60)],
    ["type", "MALFORMED", DONE, (f) => f.writeUInt8(TYPES.HS_RESPONSE, OFFSETS.type)],
  ])("with the %s: %s", async (_what, reason, step, change) => {
    expect(await run(at(step, change))).toBe(reason);
  });

  it("with a refusal gives its reason", async () => {
    const refuse = (step: number) => at(step, (frame) => refusal(frame, "OVERLOADED", NOW));
    for (const step of [RESPONSE, FINISH, DONE]) expect(await run(refuse(step))).toBe("OVERLOADED");
  });
});

describe("what an attacker in the middle tries", () => {
  it("reflection: an initiator's frames come back to it", async () => {
    const { initiator } = pair();
    const init = initiator.start();
    const turned = Buffer.from(init);
    turned.writeUInt8(TYPES.HS_RESPONSE, OFFSETS.type);
    turned.writeUInt16BE(FLAGS.RESPONSE, OFFSETS.flags);
    expect(await reasonOfAsync(() => initiator.onResponse(turned))).toBe("UNKNOWN_PEER");
  });

  it("reflection: the responder's own sealed part is no HS_FINISH", async () => {
    const { initiator, responder } = pair();
    const response = await responder.onInit(initiator.start());
    const finish = Buffer.concat([response.subarray(0, LIMITS.header), response.subarray(ANSWER_AT.sealed)]);
    finish.writeUInt8(TYPES.HS_FINISH, OFFSETS.type);
    finish.writeUInt16BE(0, OFFSETS.flags);
    finish.writeUInt32BE(finish.length - LIMITS.header - LIMITS.tag, OFFSETS.payloadLength);
    expect(await reasonOfAsync(() => responder.onFinish(finish))).toBe("TRANSCRIPT_MISMATCH");
  });

  it("unknown key share: node-c offers node-b's share as its own", async () => {
    const { initiator, responder } = pair({ expect: "node-c" });
    const stolen = Buffer.from(initiator.start());
    stolen.write("node-c", AT.node, "latin1");
    stolen.write("node-a", AT.to, "latin1");
    const response = Buffer.from(await responder.onInit(redigest(stolen)));
    response.write("node-c", ANSWER_AT.node, "latin1");
    expect(await reasonOfAsync(() => initiator.onResponse(response))).toBe("TRANSCRIPT_MISMATCH");
  });

  it("two handshakes at once cannot be crossed", async () => {
    const [one, two] = [pair(), pair()];
    const [first, second] = [one.initiator.start(), two.initiator.start()];
    await one.responder.onInit(first);
    const crossed = await two.responder.onInit(second);
    first.copy(crossed, OFFSETS.messageId, OFFSETS.messageId, OFFSETS.sequence);
    expect(await reasonOfAsync(() => one.initiator.onResponse(crossed))).toBe("TRANSCRIPT_MISMATCH");
  });

  it("nothing is taken twice, out of order, or after a failure", async () => {
    const { initiator, responder } = pair();
    expect(await reasonOfAsync(() => initiator.onResponse(Buffer.alloc(0)))).toBe("MALFORMED");
    const init = initiator.start();
    expect(reasonOf(() => initiator.start())).toBe("MALFORMED");
    expect(reasonOf(() => initiator.onDone(init))).toBe("MALFORMED");
    const response = responder.onInit(init);
    expect(await reasonOfAsync(() => responder.onInit(init))).toBe("MALFORMED");
    const good = await response;
    const bad = Buffer.from(good);
    bad.writeUInt8(bad.readUInt8(9000) ^ 1, 9000);
    expect(await reasonOfAsync(() => initiator.onResponse(bad))).toBe("TRANSCRIPT_MISMATCH");
    expect(await reasonOfAsync(() => initiator.onResponse(good))).toBe("MALFORMED");
    await expect(initiator.onResponse(good)).rejects.toBeInstanceOf(DbeError);
  });
});
