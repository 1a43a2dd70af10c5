import { hkdfSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { LIMITS, OFFSETS, TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import { DirectionKey } from "../../../images/runtime/dbe/session/aead.ts";
import { expand, extract } from "../../../images/runtime/dbe/session/hkdf.ts";
import { sessionKeys } from "../../../images/runtime/dbe/session/keys.ts";
import { LABELS } from "../../../images/runtime/dbe/session/labels.ts";
import { Session } from "../../../images/runtime/dbe/session/session.ts";
import { ReplayWindow } from "../../../images/runtime/dbe/session/window.ts";
import { anyEnvelope, envelope, NOW } from "./support/envelopes.ts";
import { Random, seedOf } from "./support/random.ts";
import { reasonOf } from "./support/reason.ts";

const random = new Random(seedOf("DBE_SESSION_SEED"));
const SECRET = Buffer.alloc(48, 0x5e);

/** Both ends of a session. */
function ends(options: { id?: number; now?: () => number; secret?: Buffer; maxMessages?: number } = {}) {
  const { id = 7, now = () => NOW, secret = SECRET, maxMessages } = options;
  const common = { id, now, ...(maxMessages !== undefined && { maxMessages }) };
  return {
    a: new Session({ ...common, peer: "node-b", keys: sessionKeys(secret, "initiator") }),
    b: new Session({ ...common, peer: "node-a", keys: sessionKeys(secret, "responder") }),
  };
}

describe("key schedule", () => {
  it("is HKDF", () => {
    const [salt, material] = [random.bytes(48), random.bytes(112)];
    const whole = Buffer.from(hkdfSync("sha384", material, salt, "some label", 32));
    expect(expand(extract(salt, material.subarray(0, 40), material.subarray(40)), "some label", 32)).toEqual(whole);
    expect(() => expand(salt, "x", 49)).toThrow(RangeError);
  });

  it("has no label twice, none that begins another", () => {
    const labels = Object.values(LABELS).filter((label) => label !== LABELS.protocol);
    for (const one of labels) expect(labels.filter((other) => other.startsWith(one))).toEqual([one]);
  });

  it("gives each direction its own key, both sides one log key", () => {
    const { a, b } = ends();
    expect(a.logKey.equals(b.logKey)).toBe(true);
    const frame = a.seal(envelope());
    expect(reasonOf(() => a.open(frame))).toBe("BAD_TAG");
    expect(b.open(frame)).toEqual(envelope());
  });
});

describe("session", () => {
  it("brings any envelope over, both ways", () => {
    const { a, b } = ends();
    for (let round = 0; round < 1000; round++) {
      const [from, to] = random.chance(0.5) ? [a, b] : [b, a];
      const sent = anyEnvelope(random);
      const got = to.open(from.seal(sent));
      expect(got.payload.equals(sent.payload)).toBe(true);
      expect({ ...got, tlvs: { ...got.tlvs, extra: null } }).toEqual({ ...sent, tlvs: { ...sent.tlvs, extra: null } });
    }
    expect(a.sent + b.sent).toBe(1000);
    expect([a.received, b.received]).toEqual([b.sent, a.sent]);
  });

  it("shows nothing of TLVs and payload", () => {
    const payload = Buffer.from("a text that must not be seen");
    const frame = ends().a.seal(envelope({ payload }));
    expect(frame.includes("ALPHA")).toBe(false);
    expect(frame.includes("must not")).toBe(false);
  });

  it("seals the same message under another sequence each time", () => {
    const { a } = ends();
    const [first, second] = [a.seal(envelope()), a.seal(envelope())];
    expect([first.readUInt32BE(28), second.readUInt32BE(28)]).toEqual([1, 2]);
    expect(first.subarray(56).equals(second.subarray(56))).toBe(false);
  });

  it("spends no sequence on what it refuses to seal", () => {
    const { a } = ends();
    expect(reasonOf(() => a.seal(envelope({ tlvs: { tenantId: "no" } })))).toBe("MALFORMED");
    expect(reasonOf(() => a.seal(envelope({ type: TYPES.HS_DONE })))).toBe("UNKNOWN_TYPE");
    expect(a.seal(envelope()).readUInt32BE(28)).toBe(1);
  });

  it("refuses every frame with one bit changed", () => {
    const { a, b } = ends();
    const frame = a.seal(envelope());
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const copy = Buffer.from(frame);
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(reasonOf(() => b.open(copy))).toBeDefined();
    }
    expect(b.open(frame)).toEqual(envelope());
  });

  it("moves no window for a frame that is not authentic", () => {
    const { a, b } = ends();
    const forged = a.seal(envelope());
    forged.writeUInt32BE(1_000_000, OFFSETS.sequence + 4);
    expect(reasonOf(() => b.open(forged))).toBe("BAD_TAG");
    expect(b.open(a.seal(envelope()))).toEqual(envelope());
  });

  it.each([
    ["a time 30 s behind", -30_000, undefined],
    ["a time more than 30 s behind", -30_001, "STALE_TIMESTAMP"],
    ["a time 30 s ahead", 30_000, undefined],
    ["a time more than 30 s ahead", 30_001, "STALE_TIMESTAMP"],
  ])("%s", (_what, skew, reason) => {
    const { a, b } = ends();
    const frame = a.seal(envelope({ timestamp: NOW + skew }));
    expect(reasonOf(() => b.open(frame))).toBe(reason);
    expect(reasonOf(() => b.open(frame))).toBe("REPLAY");
  });

  it("names replay, wrong session, wrong key, handshake types and short frames", () => {
    const { a, b } = ends();
    const frame = a.seal(envelope());
    b.open(frame);
    expect(reasonOf(() => b.open(frame))).toBe("REPLAY");
    expect(reasonOf(() => ends({ id: 8 }).b.open(frame))).toBe("UNKNOWN_SESSION");
    expect(reasonOf(() => ends({ secret: Buffer.alloc(48) }).b.open(frame))).toBe("BAD_TAG");
    const handshake = Buffer.from(frame);
    handshake.writeUInt8(TYPES.HS_INIT, OFFSETS.type);
    expect(reasonOf(() => b.open(handshake))).toBe("UNKNOWN_TYPE");
    expect(reasonOf(() => b.open(frame.subarray(0, 20)))).toBe("MALFORMED");
  });

  it("refuses sequences 0 and beyond 2^32, authentic or not", () => {
    const frame = ends().a.seal(envelope());
    for (const [high, low, reason] of [
      [0, 0, "MALFORMED"],
      [1, 1, "KEY_RETIRED"],
    ] as const) {
      const copy = Buffer.from(frame);
      copy.writeUInt32BE(high, OFFSETS.sequence);
      copy.writeUInt32BE(low, OFFSETS.sequence + 4);
      expect(reasonOf(() => ends().b.open(copy))).toBe(reason);
    }
  });

  it("seals no more than it may, and nothing once retired", () => {
    const { a, b } = ends({ maxMessages: 2 });
    const frames = [a.seal(envelope()), a.seal(envelope())];
    expect(reasonOf(() => a.seal(envelope()))).toBe("KEY_RETIRED");
    b.open(frames[1] as Buffer);
    b.retire();
    expect(reasonOf(() => b.open(frames[0] as Buffer))).toBe("KEY_RETIRED");
    expect(reasonOf(() => b.seal(envelope()))).toBe("KEY_RETIRED");
  });

  it("refuses authentic bodies that are malformed", () => {
    const { b } = ends();
    const key = new DirectionKey(SECRET, LABELS.trafficInitiator);
    const frame = ends().a.seal(envelope());
    frame.writeUInt8(9, LIMITS.header + 3);
    frame.fill(0, LIMITS.header, frame.length - LIMITS.tag);
    key.seal(frame, LIMITS.header, 1, frame.subarray(0, LIMITS.header));
    expect(reasonOf(() => b.open(frame))).toBe("MALFORMED");
    expect(b.received).toBe(0);
  });
});

describe("replay window", () => {
  it("agrees with a set, over reordering, loss, repeats and jumps", () => {
    for (let round = 0; round < 40; round++) {
      const window = new ReplayWindow();
      const seen = new Set<number>();
      let highest = 0;
      const start = random.pick([0, 2 ** 31 - 600, 2 ** 32 - 3000]);
      for (let step = 0; step < 2500; step++) {
        const jump = random.chance(0.01) ? random.below(5000) : random.below(4);
        const sequence = Math.max(1, (highest || start) + jump - random.below(random.chance(0.2) ? 1200 : 40));
        const right = !seen.has(sequence) && sequence > highest - LIMITS.replayWindow;
        if (window.accept(sequence) !== right) throw new Error(`${sequence} of ${highest} must be ${right}`);
        if (right) seen.add(sequence);
        highest = window.highest;
      }
    }
  });

  it("takes exactly the last 1024", () => {
    const window = new ReplayWindow();
    expect(window.accept(0)).toBe(false);
    expect(window.accept(5000)).toBe(true);
    expect([window.accept(5000 - 1024), window.accept(5000 - 1023), window.accept(5000 - 1023)]).toEqual([
      false,
      true,
      false,
    ]);
  });
});
