import { describe, expect, it } from "vitest";
import { decide } from "../../../images/dbe-gateway/src/policy/decide.ts";
import { needsRoeToken } from "../../../images/dbe-gateway/src/policy/exchange-types.ts";
import type { Hop, Speaker } from "../../../images/dbe-gateway/src/policy/hop.ts";
import { TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import type { Envelope, Tlvs } from "../../../images/runtime/dbe/codec/types.ts";
import { facts, message, onA, speaker } from "./support/policy-rig.ts";
import { randomFrom } from "./support/random.ts";

describe("properties, over random messages and hops", () => {
  const seed = Number(process.env.DBE_POLICY_SEED ?? Date.now() % 2 ** 31);
  const random = randomFrom(seed);
  const pick = <T>(...from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const tenants = ["ALPHA", "BRAVO", "OPEN", "CHARLIE", undefined] as const;
  const devices = [0, 18, 20, 43, 47, 52, 59, 61, 99];
  const randomSpeaker = (): Speaker =>
    speaker(pick(...devices), pick<readonly string[] | "*">([], ["ALPHA"], ["BRAVO"], ["ALPHA", "BRAVO"], "*"));
  const randomHop = (): Hop =>
    pick<() => Hop>(
      () => ({ at: "local", from: randomSpeaker() }),
      () => ({ at: "egress", peer: pick("node-a", "node-b", "node-c") }),
      () => ({ at: "ingress", peer: pick("node-a", "node-b", "node-c") }),
      () => ({ at: "delivery", to: randomSpeaker() }),
    )();
  const randomTlvs = (): Tlvs => {
    const tenantId = pick(...tenants);
    return {
      ...(tenantId && { tenantId }),
      ...(random() < 0.3 && { classification: Math.floor(random() * 6) }),
      ...(random() < 0.3 && { compartments: Math.floor(random() * 512) }),
      ...(random() < 0.3 && { roeLevel: Math.floor(random() * 4) }),
      ...(random() < 0.5 && { roeTokenId: 0x8000 + 3 * pick(...devices) }),
    };
  };
  const randomMessage = (): Envelope =>
    message(
      { type: pick(...Object.values(TYPES)), source: pick(...devices), destination: pick(...devices) },
      randomTlvs(),
    );

  it(`no message passes a hop that is not its tenant's, its device's or its node's (DBE_POLICY_SEED=${seed})`, () => {
    let accepted = 0;
    for (let i = 0; i < 200_000; i++) {
      const [asked, hop, own] = [randomMessage(), randomHop(), pick(facts, onA)];
      if (!decide(asked, hop, own).ok) continue;
      accepted += 1;
      const { tlvs, source, destination, type } = asked;
      const policy = own.tenants.get(tlvs.tenantId ?? "");
      expect(policy).toBeDefined();
      const folder = hop.at === "local" ? hop.from : hop.at === "delivery" ? hop.to : undefined;
      if (folder && folder.tenants !== "*") expect(folder.tenants.has(tlvs.tenantId ?? "")).toBe(true);
      if (hop.at === "local") expect(hop.from.device).toBe(source);
      if (hop.at === "delivery") expect(hop.to.device).toBe(destination);
      if (hop.at === "ingress" && source !== 0) expect(own.devices.get(source)).toBe(hop.peer);
      if (hop.at === "egress" && destination !== 0) expect(own.devices.get(destination)).toBe(hop.peer);
      expect(tlvs.classification ?? 0).toBeLessThanOrEqual(policy?.classification ?? -1);
      expect((tlvs.compartments ?? 0) & ~(policy?.compartments ?? 0)).toBe(0);
      expect(tlvs.roeLevel ?? 0).toBeLessThanOrEqual(policy?.roeLevel ?? -1);
      // None of these carries signatures or a claim.
      expect([TYPES.L9_NC3_QUERY, TYPES.L7_CHAT_REQ]).not.toContain(type);
      expect(source).not.toBe(43);
      for (const device of needsRoeToken(type) ? [source] : [source, destination])
        if (device !== 0) expect(policy?.devices?.has(device) ?? true).toBe(true);
    }
    expect(accepted).toBeGreaterThan(500);
  }, 60_000);

  it("what may be said on the wire was let out, and what is let in may be delivered to a fitting container", () => {
    for (let i = 0; i < 50_000; i++) {
      const asked = randomMessage();
      const sent = decide(asked, { at: "egress", peer: "node-a" }, facts);
      const taken = decide(asked, { at: "ingress", peer: "node-b" }, onA);
      expect(taken).toEqual(sent.ok ? { ok: true } : expect.objectContaining({ ok: false }));
      if (!taken.ok) continue;
      const receiver = speaker(asked.destination, [asked.tlvs.tenantId ?? ""]);
      expect(decide(asked, { at: "delivery", to: receiver }, onA)).toEqual({ ok: true });
    }
  }, 60_000);
});
