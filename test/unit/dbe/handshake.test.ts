import { describe, expect, it } from "vitest";
import { LIMITS, OFFSETS, REASONS, type Reason, TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import { decodeLocal } from "../../../images/runtime/dbe/codec/local.ts";
import { RecentInits } from "../../../images/runtime/dbe/handshake/recent-inits.ts";
import { publicReason, refusal } from "../../../images/runtime/dbe/handshake/refusal.ts";
import { generate, issue } from "../../../infra/provider/pqc.ts";
import { envelope, NOW } from "./support/envelopes.ts";
import { handshake, identity, issued, keyOf, pair, peers, ROOT } from "./support/fleet.ts";
import { Random, seedOf } from "./support/random.ts";
import { reasonOf, reasonOfAsync } from "./support/reason.ts";
import { ANSWER_AT, AT, at, DONE, FINISH, INIT, RESPONSE, redigest, run } from "./support/tamper.ts";

const random = new Random(seedOf("DBE_HANDSHAKE_SEED"));
describe("a handshake", () => {
  it("gives both sides the same session", async () => {
    const { initiator, responder, frames } = await handshake(pair());
    expect([initiator.peer, responder.peer]).toEqual(["node-a", "node-b"]);
    expect(initiator.id).toBe(responder.id);
    expect(initiator.id).toBeGreaterThan(0);
    expect(initiator.logKey.equals(responder.logKey)).toBe(true);
    expect(responder.open(initiator.seal(envelope()))).toEqual(envelope());
    expect(initiator.open(responder.seal(envelope()))).toEqual(envelope());
    for (const frame of frames) expect(frame.length).toBeLessThanOrEqual(LIMITS.handshakeFrame);
  });

  it("has the documented layout", async () => {
    const { frames, initiator } = await handshake(pair());
    const [init, response] = frames as [Buffer, Buffer];
    expect(init.subarray(AT.version, AT.nonce).toString("hex")).toBe(
      `01000106${Buffer.from("node-b").toString("hex")}06${Buffer.from("node-a").toString("hex")}`,
    );
    expect([init[AT.point], init.length]).toEqual([4, AT.digest + 48 + 16]);
    expect([response[ANSWER_AT.point], response.readUInt32BE(ANSWER_AT.session)]).toEqual([4, initiator.id]);
  });

  it("never has the same keys, nor shows an identity's certificate", async () => {
    const [one, two] = [await handshake(pair()), await handshake(pair())];
    expect(one.initiator.logKey.equals(two.initiator.logKey)).toBe(false);
    for (const frame of one.frames) expect(frame.includes("publicKey")).toBe(false);
    expect(reasonOf(() => two.responder.open(one.initiator.seal(envelope())))).toMatch(/UNKNOWN_SESSION|BAD_TAG/);
  });

  it("carries TPM quotes to whoever looks at them", async () => {
    const seen: string[] = [];
    const quote = (nonce: Buffer) => Promise.resolve(Buffer.concat([Buffer.from("quote"), nonce]));
    const quoteHolds = (node: string, nonce: Buffer, got?: Buffer): boolean => {
      seen.push(node);
      return got?.equals(Buffer.concat([Buffer.from("quote"), nonce])) ?? false;
    };
    const book = peers({ quoteHolds });
    const [a, b] = [identity("node-a", { quote }), identity("node-b", { quote })];
    await handshake(pair({ identity: b, peers: book }, { identity: a, peers: book }));
    expect(seen).toEqual(["node-a", "node-b"]);
    expect(await run(undefined, { peers: book })).toBe("BAD_SIGNATURE");
    expect(await run(undefined, { identity: identity("node-b", { quote: async () => Buffer.alloc(4097) }) })).toBe(
      "TOO_LARGE",
    );
  });
});

describe("who the other side is", () => {
  const stranger = generate();
  const other = generate();
  const certificateOf = (root: string, subject: string, kind: "node" | "tenant", key = keyOf("node-b"), end?: Date) =>
    issue(root, kind, subject, key, end, issued);
  const shown = (certificate: string) => ({ identity: identity("node-b", { certificate }) });

  it.each<[string, Reason, Parameters<typeof pair>[0], Parameters<typeof pair>[1]]>([
    ["an initiator no one pinned", "UNKNOWN_PEER", {}, { peers: peers({ pinned: () => undefined }) }],
    [
      "an initiator with another key than pinned",
      "UNKNOWN_PEER",
      {},
      { peers: peers({ pinned: () => other.publicKey }) },
    ],
    ["a revoked initiator", "REVOKED_PEER", {}, { peers: peers({ revoked: (_node, key) => key === keyOf("node-b") }) }],
    ["a revoked responder", "REVOKED_PEER", { peers: peers({ revoked: (node) => node === "node-a" }) }, {}],
    ["a responder no one pinned", "UNKNOWN_PEER", { peers: peers({ pinned: () => undefined }) }, {}],
    ["a responder of another name", "UNKNOWN_PEER", {}, { identity: identity("node-c") }],
    ["another fleet's root", "BAD_CERTIFICATE", {}, { peers: peers({ root: stranger.publicKey }) }],
    ["another trust domain", "BAD_CERTIFICATE", {}, { peers: peers({ domain: "other.local" }) }],
    ["a certificate of another fleet", "BAD_CERTIFICATE", shown(certificateOf(stranger.seed, "node-b", "node")), {}],
    ["a certificate of another node", "BAD_CERTIFICATE", shown(certificateOf(ROOT.seed, "node-c", "node")), {}],
    ["a certificate of a tenant", "BAD_CERTIFICATE", shown(certificateOf(ROOT.seed, "node-b", "tenant")), {}],
    [
      "a certificate of another key",
      "UNKNOWN_PEER",
      shown(certificateOf(ROOT.seed, "node-b", "node", other.publicKey)),
      {},
    ],
    [
      "a certificate that ended",
      "BAD_CERTIFICATE",
      shown(certificateOf(ROOT.seed, "node-b", "node", undefined, new Date(NOW))),
      {},
    ],
    ["a certificate that is none", "BAD_CERTIFICATE", shown("{}"), {}],
    [
      "a signature by another key",
      "BAD_SIGNATURE",
      { identity: identity("node-b", { sign: identity("node-c").sign }) },
      {},
    ],
    [
      "a responder's signature by another key",
      "BAD_SIGNATURE",
      {},
      { identity: identity("node-a", { sign: identity("node-c").sign }) },
    ],
    [
      "a signature made for something else",
      "BAD_SIGNATURE",
      { identity: identity("node-b", { sign: (data) => identity("node-b").sign(data, "dsmil-audit-v1") }) },
      {},
    ],
    [
      "a signature of the wrong length",
      "INTERNAL",
      { identity: identity("node-b", { sign: async () => Buffer.alloc(10) }) },
      {},
    ],
    [
      "a key that fails",
      "INTERNAL",
      { identity: identity("node-b", { sign: () => Promise.reject(new Error("no TPM")) }) },
      {},
    ],
  ])("%s: %s", async (_what, reason, initiator, responder) => {
    expect(await run(undefined, initiator, responder)).toBe(reason);
  });

  it("is told to no one who has not shown his own", () => {
    for (const reason of ["UNKNOWN_PEER", "REVOKED_PEER", "BAD_CERTIFICATE", "BAD_SIGNATURE"] as const) {
      expect(publicReason(reason)).toBe("UNKNOWN_PEER");
    }
    const frame = refusal(Buffer.alloc(3), "BAD_SIGNATURE", NOW);
    expect(decodeLocal(frame)).toMatchObject({ type: TYPES.ERROR, tlvs: { reason: REASONS.UNKNOWN_PEER } });
  });

  it("is not looked up before HS_FINISH", async () => {
    const asked: string[] = [];
    const book = peers({ pinned: (node) => void asked.push(node), revoked: (node) => asked.push(node) > 0 });
    const { initiator, responder } = pair({}, { peers: book });
    await responder.onInit(initiator.start());
    expect(asked).toEqual([]);
  });

  it("fails in one way only, also when the peers' keys cannot be read", async () => {
    const broken = peers({
      pinned: () => {
        throw new Error("EIO");
      },
    });
    expect(await run(undefined, {}, { peers: broken })).toBe("INTERNAL");
    expect(await run(undefined, { peers: broken })).toBe("INTERNAL");
  });

  it("cannot be this node itself", async () => {
    expect(() => pair({ identity: identity("node-a") })).toThrow(RangeError);
    const self = { identity: identity("node-b") };
    expect(
      await run(
        at(INIT, (f) => {
          f.write("node-b", AT.to, "latin1");
          return redigest(f);
        }),
        {},
        self,
      ),
    ).toBe("UNKNOWN_PEER");
  });
});

describe("time", () => {
  it.each<[string, number, Reason | undefined]>([
    ["30 s apart", 30_000, undefined],
    ["more than 30 s apart", 30_001, "STALE_TIMESTAMP"],
    ["more than 30 s behind", -30_001, "STALE_TIMESTAMP"],
  ])("%s", async (_what, skew, reason) => {
    expect(await run(undefined, { now: () => NOW + skew })).toBe(reason);
  });

  it("ends a handshake after 10 s, on both sides", async () => {
    const clock = { now: NOW };
    const late = (due: number) =>
      at(due, () => {
        clock.now = NOW + LIMITS.handshakeMs + 1;
      });
    for (const step of [RESPONSE, FINISH, DONE]) {
      clock.now = NOW;
      const now = () => clock.now;
      expect(await run(late(step), { now }, { now })).toBe("HANDSHAKE_TIMEOUT");
    }
  });
});

describe("replay", () => {
  it("answers an HS_INIT once, by whichever responder", async () => {
    const recent = new RecentInits();
    const { initiator, responder } = pair({}, { recent });
    const init = initiator.start();
    await responder.onInit(init);
    expect(await reasonOfAsync(() => pair({}, { recent }).responder.onInit(init))).toBe("REPLAY");
  });

  it("remembers for as long as a time is accepted, and not too many", () => {
    const recent = new RecentInits();
    const nonce = Buffer.alloc(32, 1);
    expect([recent.take(nonce, NOW), recent.take(nonce, NOW + 60_000), recent.take(nonce, NOW + 60_001)]).toEqual([
      true,
      false,
      true,
    ]);
    for (let count = 0; count < 5000; count++) recent.take(random.bytes(32), NOW + 60_001);
    expect(recent.take(nonce, NOW + 60_001)).toBe(true);
  });

  it("of any frame of an earlier handshake is refused", async () => {
    const { frames } = await handshake(pair());
    for (const step of [RESPONSE, FINISH, DONE]) {
      expect(await run((frame, now) => (now === step ? (frames[step] as Buffer) : frame))).toBe("MALFORMED");
      const renamed = at(step, (frame) => {
        const old = Buffer.from(frames[step] as Buffer);
        frame.copy(old, OFFSETS.messageId, OFFSETS.messageId, OFFSETS.sequence);
        return old;
      });
      expect(await run(renamed)).toBe("TRANSCRIPT_MISMATCH");
    }
  });
});
