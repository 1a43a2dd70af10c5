import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LIMITS, OFFSETS, REASONS } from "../../../images/runtime/dbe/codec/constants.ts";
import { DbeError } from "../../../images/runtime/dbe/codec/error.ts";
import { FrameReader } from "../../../images/runtime/dbe/codec/framing.ts";
import { decodeLocal, encodeLocal } from "../../../images/runtime/dbe/codec/local.ts";
import { Cursor } from "../../../images/runtime/dbe/handshake/cursor.ts";
import { decodeInit, decodeResponse, offerDigest } from "../../../images/runtime/dbe/handshake/messages.ts";
import type { NodeIdentity } from "../../../images/runtime/dbe/handshake/peer-book.ts";
import { encodeBundle, readProof } from "../../../images/runtime/dbe/handshake/proof.ts";
import { DirectionKey } from "../../../images/runtime/dbe/session/aead.ts";
import { sessionKeys } from "../../../images/runtime/dbe/session/keys.ts";
import { LABELS } from "../../../images/runtime/dbe/session/labels.ts";
import { Session } from "../../../images/runtime/dbe/session/session.ts";
import { anyEnvelope, NOW } from "../../unit/dbe/support/envelopes.ts";
import { BINDING, handshake, identity, pair } from "../../unit/dbe/support/fleet.ts";
import { mutate } from "../../unit/dbe/support/mutate.ts";
import { Random, seedOf } from "../../unit/dbe/support/random.ts";

/** Rerun with the printed seed; the sizes can be set for a long run. */
const seed = seedOf("DBE_FUZZ_SEED");
const FRAMES = Number(process.env.DBE_FUZZ_FRAMES ?? 1_000_000);
const HANDSHAKES = Number(process.env.DBE_FUZZ_HANDSHAKES ?? 10_000);
const MINUTES_10 = 600_000;
/** In place of a frame's number: the frames stay, what the initiator says of itself is changed. */
const LIES = 4;

const SECRET = Buffer.alloc(48, 0x5e);
const tally = new Map<string, number>();
let stackTraceLimit: number;

beforeAll(() => {
  stackTraceLimit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
  console.log(Object.fromEntries([...tally].sort(([, a], [, b]) => b - a)));
});

/** Counts a refusal; anything but a DbeError with a reason of the list is a find. */
function refused(error: unknown): void {
  if (!(error instanceof DbeError) || !(error.reason in REASONS)) throw error;
  tally.set(error.reason, (tally.get(error.reason) ?? 0) + 1);
}

function find(what: string, frame: Buffer): never {
  throw new Error(`${what}, seed ${seed}: ${frame.subarray(0, 2000).toString("hex")}`);
}

const session = (role: "initiator" | "responder"): Session =>
  new Session({ id: 7, peer: "node-x", now: () => NOW, keys: sessionKeys(SECRET, role) });

/** What was accepted must have exactly one encoding: the one that was accepted. */
function checkCanonical(envelope: ReturnType<typeof decodeLocal>, body: Buffer, frame: Buffer): void {
  const again = encodeLocal(envelope);
  if (!again.subarray(LIMITS.header, again.length - LIMITS.tag).equals(body)) find("accepted in another form", frame);
}

describe(`${FRAMES} mutated frames`, () => {
  const share = (part: number) => Math.floor(FRAMES * part);

  it(`${share(0.5)} sealed frames: none is accepted`, { timeout: MINUTES_10 }, () => {
    const random = new Random(seed);
    const sender = session("initiator");
    const receiver = session("responder");
    const frames = Array.from({ length: 256 }, () => sender.seal(anyEnvelope(random)));
    for (const frame of frames.slice(0, 16)) receiver.open(frame);
    const before = receiver.received;
    for (let round = share(0.5); round > 0; round--) {
      const frame = mutate(random.pick(frames), random.pick(frames), random);
      if (frames.some((other) => other.length === frame.length && other.equals(frame))) continue;
      try {
        receiver.open(frame);
      } catch (error) {
        refused(error);
        continue;
      }
      find("accepted", frame);
    }
    expect(receiver.received).toBe(before);
    expect(receiver.open(frames[200] as Buffer)).toBeDefined();
  });

  it(`${share(0.25)} authentic frames of a peer that sends anything`, { timeout: MINUTES_10 }, () => {
    const random = new Random(seed + 1);
    const key = new DirectionKey(SECRET, LABELS.trafficInitiator);
    const receiver = session("responder");
    const models = Array.from({ length: 256 }, () => session("initiator").seal(anyEnvelope(random)));
    const locals = Array.from({ length: 256 }, () => encodeLocal(anyEnvelope(random)));
    for (let round = 1; round <= share(0.25); round++) {
      const local = random.pick(locals);
      const body = local.subarray(LIMITS.header, local.length - LIMITS.tag);
      const changed = body.length === 0 ? random.bytes(9) : mutate(body, random.pick(models), random);
      const frame = Buffer.concat([local.subarray(0, LIMITS.header), changed, Buffer.alloc(LIMITS.tag)]);
      frame.writeUInt32BE(7, OFFSETS.session);
      frame.writeUInt32BE(round, OFFSETS.sequence + 4);
      const tlvs = Math.min(local.readUInt32BE(OFFSETS.tlvLength), changed.length);
      frame.writeUInt32BE(tlvs, OFFSETS.tlvLength);
      frame.writeUInt32BE(changed.length - tlvs, OFFSETS.payloadLength);
      key.seal(frame, LIMITS.header, round, frame.subarray(0, LIMITS.header));
      try {
        checkCanonical(receiver.open(frame), changed, frame);
        tally.set("well formed", (tally.get("well formed") ?? 0) + 1);
      } catch (error) {
        refused(error);
      }
    }
  });

  it(`${share(0.15)} frames in clear`, { timeout: MINUTES_10 }, () => {
    const random = new Random(seed + 2);
    const frames = Array.from({ length: 256 }, () => encodeLocal(anyEnvelope(random)));
    for (let round = share(0.15); round > 0; round--) {
      const frame = mutate(random.pick(frames), random.pick(frames), random);
      try {
        if (!encodeLocal(decodeLocal(frame)).equals(frame)) find("accepted in another form", frame);
        tally.set("well formed", (tally.get("well formed") ?? 0) + 1);
      } catch (error) {
        refused(error);
      }
    }
  });

  it(`${share(0.1)} streams with a mutated frame`, { timeout: MINUTES_10 }, () => {
    const random = new Random(seed + 3);
    const frames = Array.from({ length: 256 }, () => encodeLocal(anyEnvelope(random)));
    for (let round = 0; round < share(0.1); round++) {
      const few = Array.from({ length: 4 }, () => random.pick(frames));
      few[random.below(4)] = mutate(random.pick(frames), random.pick(frames), random);
      const stream = Buffer.concat(few);
      const reader = new FrameReader(LIMITS.frame);
      const got: Buffer[] = [];
      try {
        for (let at = 0; at < stream.length; ) {
          const size = 1 + random.below(random.pick([4, 200, 4000]));
          got.push(...reader.push(stream.subarray(at, at + size)));
          at += size;
        }
      } catch (error) {
        refused(error);
      }
      const whole = Buffer.concat(got);
      if (!stream.subarray(0, whole.length).equals(whole)) find("frames that were not sent", stream);
      if (reader.held > stream.length) find("more held than came", stream);
    }
  });
});

describe(`${HANDSHAKES} mutated handshakes`, () => {
  const others = Array.from({ length: 3 }, (_, at) => new Random(seed + at).bytes(20_000));

  function readWhole(plain: Buffer): void {
    const cursor = new Cursor(plain);
    const { bytes, bundle } = readProof(cursor, plain);
    cursor.end();
    if (!encodeBundle(bundle).equals(bytes)) {
      // A text that is not UTF-8 is no certificate: the check of its signature refuses it.
      if (!bundle.certificate.includes("\ufffd") && !bundle.spiffeId.includes("\ufffd"))
        find("read in another form", plain);
    }
  }

  /** HS_INIT with its digest made right, as an attacker would. */
  function repaired(init: Buffer): Buffer {
    const end = init.length - LIMITS.tag - 48;
    if (end <= LIMITS.header) return init;
    const offer = init.subarray(LIMITS.header, end);
    offerDigest(BINDING, init.subarray(0, LIMITS.header), offer).copy(init, end);
    return init;
  }

  it("none of the first frames is answered as it is", { timeout: MINUTES_10 }, async () => {
    const random = new Random(seed + 4);
    const init = pair().initiator.start();
    for (let round = Math.floor(HANDSHAKES * 0.6); round > 0; round--) {
      const frame = mutate(init, random.pick(others), random);
      await pair()
        .responder.onInit(frame)
        .then(() => find("answered", frame), refused);
    }
  });

  it("bundles and messages with any bytes in them are read or refused", () => {
    const random = new Random(seed + 6);
    const { certificate } = identity("node-b");
    const bundle = encodeBundle({ spiffeId: "spiffe://dsmil.local/node/node-b", certificate, quote: random.bytes(90) });
    const plain = Buffer.concat([bundle, random.bytes(4627)]);
    for (let round = 0; round < HANDSHAKES; round++) {
      const bytes = mutate(plain, random.pick(others), random);
      if (bytes.length === 0) continue;
      // Most of a bundle is hex: its lengths get more than their share.
      if (random.chance(0.5)) bytes.writeUInt8(random.below(256), Math.min(random.pick([0, 33, 34]), bytes.length - 1));
      for (const read of [readWhole, decodeInit, decodeResponse]) {
        try {
          read(bytes);
        } catch (error) {
          refused(error);
        }
      }
    }
  });

  it("none is finished with any frame, certificate or signature changed", { timeout: MINUTES_10 }, async () => {
    const random = new Random(seed + 5);
    const honest = identity("node-b");
    const certificate = Buffer.from(honest.certificate);

    const liar = (run: Random): NodeIdentity => {
      const other = run.pick(others);
      if (run.chance(0.5)) return { ...honest, certificate: mutate(certificate, other, run).toString("latin1") };
      const sign = async (data: Buffer, context: string) => mutate(await honest.sign(data, context), other, run);
      return { ...honest, sign };
    };
    const one = async (): Promise<void> => {
      const run = new Random(random.u32());
      const due = run.pick([0, 0, 1, 1, 1, 2, 2, 3, LIES]);
      const tamper = (frame: Buffer, step: number): Buffer => {
        if (step !== due) return frame;
        for (;;) {
          const changed = mutate(frame, run.pick(others), run);
          if (step > 0 || !repaired(changed).equals(frame)) return changed;
        }
      };
      const sides = pair(due === LIES ? { identity: liar(run) } : {});
      await handshake(sides, tamper).then(
        ({ frames }) => find(`finished, change ${due}`, Buffer.concat(frames)),
        refused,
      );
    };
    const each = 8;
    const rounds = Math.ceil(HANDSHAKES * 0.4);
    for (let round = 0; round < rounds; round += each) {
      await Promise.all(Array.from({ length: Math.min(each, rounds - round) }, one));
    }
  });
});
