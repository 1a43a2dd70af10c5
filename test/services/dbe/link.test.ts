import { describe, expect, it } from "vitest";
import { REASONS, TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import type { Envelope } from "../../../images/runtime/dbe/codec/types.ts";
import { envelope } from "../../unit/dbe/support/envelopes.ts";
import { LinkRig } from "./simulation/link-rig.ts";

const id = (byte: number): Buffer => Buffer.alloc(16, byte);
const ask = (byte: number, changes: Partial<Envelope> = {}): Envelope => envelope({ messageId: id(byte), ...changes });

describe("a request", () => {
  it("is answered by the far service, in the name of the tenant that asked", async () => {
    const rig = await LinkRig.up();
    const answer = await rig.settled(rig.a.request(ask(1), 1000));
    expect(answer).toMatchObject({
      type: TYPES.L7_CHAT_RESP,
      source: 47,
      destination: 43,
      tlvs: { tenantId: "ALPHA" },
    });
    expect(rig.delivered).toEqual([id(1).toString("hex")]);
  });

  it("waits for a channel, and is not sent when there is none by its deadline", async () => {
    const rig = new LinkRig({ reachable: false });
    await expect(rig.settled(rig.a.request(ask(1), 500))).rejects.toMatchObject({
      reason: "DESTINATION_UNAVAILABLE",
      detail: expect.stringContaining("was not sent"),
    });
  });

  it("is rejected with TIMEOUT when the service does not answer", async () => {
    const rig = await LinkRig.up();
    rig.serve(() => new Promise(() => {}));
    await expect(rig.settled(rig.a.request(ask(1), 500))).rejects.toMatchObject({ reason: "TIMEOUT" });
    await rig.run(10);
    expect(rig.b.stats().running).toBe(0);
  });

  it("goes out again by the next channel, and the service works on it once", async () => {
    const rig = await LinkRig.up();
    rig.serve(async (request) => {
      await rig.wait(300);
      return request;
    });
    const answer = rig.a.request(ask(1), 20_000);
    await rig.run(50);
    rig.cut();
    await expect(rig.settled(answer)).resolves.toMatchObject({ tlvs: { tenantId: "ALPHA" } });
    expect(rig.delivered).toHaveLength(1);
    expect(rig.a.stats().retried).toBe(1);
    expect(rig.b.stats().copies).toBe(1);
  });

  it("is not sent to a process that may have had it in its former life", async () => {
    const rig = await LinkRig.up();
    rig.serve(() => new Promise(() => {}));
    const answer = rig.a.request(ask(1), 60_000);
    await rig.run(50);
    rig.restartB();
    await expect(rig.settled(answer)).rejects.toMatchObject({
      reason: "DESTINATION_UNAVAILABLE",
      detail: expect.stringContaining("restarted"),
    });
    expect(rig.delivered).toHaveLength(1);
  });

  it("needs a message id of its own", async () => {
    const rig = await LinkRig.up();
    const first = rig.a.request(ask(1), 1000);
    await expect(rig.a.request(ask(1), 1000)).rejects.toMatchObject({ reason: "REPLAY" });
    await rig.settled(first);
  });

  it("with an id that was delivered is answered again, not delivered; of another type it is refused", async () => {
    const rig = await LinkRig.up();
    await rig.settled(rig.a.request(ask(1), 1000));
    await rig.settled(rig.a.request(ask(1), 1000));
    expect(rig.delivered).toHaveLength(1);
    const other = await rig.settled(rig.a.request(ask(1, { type: TYPES.ECHO_REQ }), 1000));
    expect(other).toMatchObject({ type: TYPES.ERROR, tlvs: { reason: REASONS.REPLAY } });
    expect(rig.refusals).toContainEqual(expect.objectContaining({ reason: "REPLAY", tenant: "ALPHA" }));
  });

  it("of another tenant may have the same id", async () => {
    const rig = await LinkRig.up();
    await rig.settled(rig.a.request(ask(1), 1000));
    const answer = await rig.settled(rig.a.request(ask(1, { tlvs: { tenantId: "BRAVO" } }), 1000));
    expect(answer.tlvs.tenantId).toBe("BRAVO");
    expect(rig.delivered).toHaveLength(2);
  });

  it("is refused when it is not one", async () => {
    const rig = await LinkRig.up();
    const control = ask(1, { type: TYPES.HEALTH, source: 0, destination: 0 });
    await expect(rig.a.request(control, 1000)).rejects.toMatchObject({ reason: "UNKNOWN_TYPE" });
    await expect(rig.a.request(ask(1, { flags: 1 }), 1000)).rejects.toMatchObject({ reason: "UNKNOWN_TYPE" });
    await expect(rig.a.request(ask(1), 0)).rejects.toMatchObject({ reason: "MALFORMED" });
    const large = ask(1, { payload: Buffer.alloc(1024 * 1024 + 1) });
    await expect(rig.a.request(large, 1000)).rejects.toMatchObject({ reason: "TOO_LARGE" });
  });
});

describe("an answer", () => {
  it("in the name of another tenant becomes an error, and is reported", async () => {
    const rig = await LinkRig.up();
    rig.serve(async (request) => ({ ...request, tlvs: { tenantId: "BRAVO" } }));
    const answer = await rig.settled(rig.a.request(ask(1), 1000));
    expect(answer).toMatchObject({ type: TYPES.ERROR, tlvs: { reason: REASONS.INTERNAL, tenantId: "ALPHA" } });
    expect(rig.refusals).toContainEqual(expect.objectContaining({ reason: "TENANT_MISMATCH", tenant: "ALPHA" }));
  });

  it("that cannot be sent becomes an error", async () => {
    const rig = await LinkRig.up();
    rig.serve(async (request) => ({ ...request, payload: Buffer.alloc(2 * 1024 * 1024) }));
    const answer = await rig.settled(rig.a.request(ask(1), 1000));
    expect(answer).toMatchObject({ type: TYPES.ERROR, tlvs: { reason: REASONS.INTERNAL } });
  });

  it("is forgotten by its giver once it arrived, its request a minute after the deadline", async () => {
    const rig = await LinkRig.up();
    await rig.settled(rig.a.request(ask(1), 10_000));
    expect(rig.b.stats()).toMatchObject({ remembered: 1, rememberedBytes: expect.toSatisfy((bytes) => bytes > 0) });
    await rig.run(2000);
    expect(rig.b.stats()).toMatchObject({ remembered: 1, rememberedBytes: 0 });
    await rig.run(67_000);
    expect(rig.b.stats().remembered).toBe(1);
    await rig.run(4000);
    expect(rig.b.stats().remembered).toBe(0);
  });
});

describe("bounds", () => {
  it("refuse a request here when too many are under way", async () => {
    const rig = await LinkRig.up({ limits: { pending: 1 } });
    const first = rig.a.request(ask(1), 1000);
    await expect(rig.a.request(ask(2), 1000)).rejects.toMatchObject({ reason: "OVERLOADED" });
    await rig.settled(first);
  });

  it("refuse a request there when there is no room to remember it, rather than forget another", async () => {
    const rig = await LinkRig.up({ limits: { answers: 2 } });
    rig.serve(() => new Promise(() => {}));
    const stuck = [1, 2].map((byte) => rig.a.request(ask(byte), 60_000).catch(() => {}));
    const answer = await rig.settled(rig.a.request(ask(3), 1000));
    expect(answer).toMatchObject({ type: TYPES.ERROR, tlvs: { reason: REASONS.OVERLOADED } });
    expect(rig.refusals).toContainEqual(expect.objectContaining({ reason: "OVERLOADED" }));
    expect(rig.delivered).toHaveLength(2);
    await rig.settled(Promise.all(stuck));
  });

  it("let go of requests that can never come again", async () => {
    const rig = await LinkRig.up({ limits: { answers: 2 } });
    for (let byte = 1; byte < 6; byte++) {
      const answer = await rig.settled(rig.a.request(ask(byte), 60_000));
      expect(answer.type).toBe(TYPES.L7_CHAT_RESP);
      await rig.run(1500);
    }
    expect(rig.b.stats().remembered).toBe(2);
  });
});

describe("keys", () => {
  it.each(["a", "b"] as const)("are replaced by %s without loss", async (side) => {
    const rig = await LinkRig.up();
    rig.serve(async (request) => {
      await rig.wait(500);
      return request;
    });
    const before = rig.a.stats().session;
    const answers = [rig.a.request(ask(1), 5000), rig.b.request(ask(2), 5000)];
    await rig.settled(rig[side].rekey());
    await rig.settled(Promise.all(answers));
    expect(rig.a.stats().session).not.toBe(before);
    expect(rig.a.stats().retried + rig.b.stats().retried).toBe(0);
    expect(rig.delivered).toHaveLength(2);
  });

  it("are replaced once when both sides begin at the same time", async () => {
    const rig = await LinkRig.up();
    await rig.settled(Promise.all([rig.a.rekey(), rig.b.rekey()]));
    await rig.run(1000);
    expect(rig.a.stats()).toMatchObject({ sessions: 2 });
    expect(rig.b.stats()).toMatchObject({ sessions: 2, session: rig.a.stats().session });
  });

  it("are replaced with the channel, and the old channel ends after the grace", async () => {
    const rig = await LinkRig.up();
    await rig.settled(rig.a.rekey("new channel"));
    expect(rig.channels).toBe(2);
    await rig.run(31_000);
    expect(rig.channels).toBe(1);
    await rig.settled(rig.a.request(ask(1), 1000));
  });

  it("are replaced by themselves when they are old or used", async () => {
    const rig = await LinkRig.up({ rotation: { seconds: 60, messages: 1e9 } });
    await rig.run(62_000);
    expect(rig.a.stats().sessions).toBe(2);
  });
});

describe("a peer", () => {
  it("that is silent is given up, and dialled again", async () => {
    const rig = await LinkRig.up();
    rig.cut([false, false]);
    await rig.run(20_000);
    await rig.settled(rig.a.request(ask(1), 1000));
    expect(rig.a.stats().sessions).toBe(2);
  });

  it("whose clock is too far off is refused, and the reason reported", async () => {
    const rig = new LinkRig({ skewB: 31_000 });
    await rig.run(5000);
    expect(rig.a.up).toBe(false);
    const failed = rig.events.filter((event) => event.kind === "handshake");
    expect(failed.map(({ reason }) => reason)).toContain("STALE_TIMESTAMP");
  });

  it("learns that the link was closed, and all promises settle", async () => {
    const rig = await LinkRig.up();
    rig.serve(() => new Promise(() => {}));
    const open = rig.a.request(ask(1), 60_000);
    const closed = expect(open).rejects.toMatchObject({ reason: "DESTINATION_UNAVAILABLE" });
    await rig.settled(rig.a.close());
    await closed;
    await rig.run(100);
    expect(rig.b.up).toBe(false);
    await expect(rig.a.request(ask(2), 1000)).rejects.toMatchObject({ reason: "DESTINATION_UNAVAILABLE" });
    await expect(rig.a.rekey()).rejects.toMatchObject({ reason: "DESTINATION_UNAVAILABLE" });
  });

  it("is waited for when the link closes with a grace", async () => {
    const rig = await LinkRig.up();
    const answer = rig.a.request(ask(1), 5000);
    const closed = rig.a.close(5000);
    await expect(rig.settled(answer)).resolves.toMatchObject({ type: TYPES.L7_CHAT_RESP });
    await rig.settled(closed);
    expect(rig.a.stats().state).toBe("closed");
  });

  it("with the higher id that dials is refused", async () => {
    const rig = await LinkRig.up();
    const before = rig.a.stats().session;
    rig.dialBackwards();
    await rig.run(1000);
    const failed = rig.events.filter((event) => event.kind === "handshake" && event.reason !== undefined);
    expect(failed).toContainEqual(expect.objectContaining({ reason: "UNKNOWN_PEER" }));
    expect(rig.a.stats().session).toBe(before);
  });
});
