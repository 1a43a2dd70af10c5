import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { decide } from "../../../images/dbe-gateway/src/policy/decide.ts";
import type { Facts } from "../../../images/dbe-gateway/src/policy/facts.ts";
import type { Hop } from "../../../images/dbe-gateway/src/policy/hop.ts";
import { requestDigest } from "../../../images/runtime/dbe/claim/request-digest.ts";
import { FLAGS, type Reason, TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import type { Envelope, Tlvs } from "../../../images/runtime/dbe/codec/types.ts";
import { signatureOf } from "./support/keys.ts";
import {
  ALPHA,
  chat,
  delivery,
  egress,
  facts,
  ingress,
  keys,
  local,
  message,
  NOW,
  onA,
  query,
} from "./support/policy-rig.ts";

/** What is refused at a hop, and its neighbour, which is not. */
interface Case {
  readonly reason: Reason;
  readonly what: string;
  readonly bad: Envelope;
  readonly good: Envelope;
  readonly hop: Hop;
  readonly goodHop: Hop;
  readonly facts: Facts;
}
const cases: Case[] = [];
const tlv = (more: Tlvs): Envelope => message({}, { tenantId: "ALPHA", ...more });
const without = (key: keyof Tlvs): Partial<Tlvs> => ({ [key]: undefined });

/** Adds cases of a reason: what it is about and the message that is refused; the same neighbour for all. */
function refuses(reason: Reason, good: Envelope, list: Readonly<Record<string, Envelope>>, hop = local(47)): void {
  for (const [what, bad] of Object.entries(list)) cases.push({ reason, what, bad, good, hop, goodHop: hop, facts });
}

/** Adds a case in which the hop, or where it is, makes the difference. */
function refusesAt(reason: Reason, what: string, bad: [Envelope, Hop], good: [Envelope, Hop], own = facts): void {
  cases.push({ reason, what, bad: bad[0], hop: bad[1], good: good[0], goodHop: good[1], facts: own });
}

beforeAll(() => {
  const fine = message();
  refuses("TOO_LARGE", fine, { payload: message({ payload: Buffer.alloc(1024 * 1024 + 1) }) });
  refuses("UNKNOWN_TYPE", fine, {
    "an answer's type": message({ type: TYPES.L9_COA_RESP }),
    "a handshake's type": message({ type: TYPES.HS_INIT }),
    "no type": message({ type: 0x33 }),
  });
  refuses("MALFORMED", fine, { "an answer's flag": message({ flags: FLAGS.RESPONSE }) });
  refuses("MISSING_TENANT", fine, { "no tenant": message({}, {}) });
  refuses("UNKNOWN_TENANT", fine, {
    unknown: message({}, { tenantId: "CHARLIE" }),
    "by prefix": message({}, { tenantId: "ALPHA2" }),
  });
  refuses("CLASSIFICATION_EXCEEDED", tlv({ classification: 3 }), { above: tlv({ classification: 4 }) });
  refuses("COMPARTMENT_EXCEEDED", tlv({ compartments: 0x03 }), {
    "one too many": tlv({ compartments: 0x07 }),
    "the highest bit": tlv({ compartments: 0x80000000 }),
  });
  refuses("ROE_EXCEEDED", tlv({ roeLevel: 1 }), { above: tlv({ roeLevel: 2 }) });
});

beforeAll(() => {
  const fine: [Envelope, Hop] = [message(), local(47)];
  const entering: [Envelope, Hop] = [message(), ingress];
  const leaving: [Envelope, Hop] = [message(), egress];
  const handed: [Envelope, Hop] = [message(), delivery(52)];
  refuses("DEVICE_NOT_ALLOWED", message(), {
    "another's device": message({ source: 43 }),
    "the node's device": message({ source: 0 }),
  });
  refusesAt("DEVICE_NOT_ALLOWED", "of another node", [message({ source: 18 }), local(18)], fine);
  refusesAt("DEVICE_NOT_ALLOWED", "of no node", [message({ source: 99 }), local(99)], fine);
  refusesAt("DEVICE_NOT_ALLOWED", "not the peer's", [message({ source: 18 }), ingress], entering, onA);
  refusesAt("DEVICE_NOT_ALLOWED", "sent on for another node", [message({ source: 18 }), egress], leaving);
  const open = message({ source: 20 }, { tenantId: "OPEN" });
  const unlisted: [Envelope, Hop] = [message({ source: 20 }), local(20)];
  refusesAt("DEVICE_NOT_ALLOWED", "not the tenant's", unlisted, [open, local(20, ["OPEN"])]);

  refusesAt("TENANT_MISMATCH", "another folder's tenant", [message(), local(47, ["BRAVO"])], fine);
  refusesAt("TENANT_MISMATCH", "a folder without tenants", [message(), local(47, [])], [message(), local(47, "*")]);
  refuses("TENANT_MISMATCH", message(), { "another tenant's destination": message({ destination: 20 }) });
  refusesAt("TENANT_MISMATCH", "another tenant's container", [message(), delivery(52, ["BRAVO"])], handed, onA);

  refuses("NO_ROUTE", message(), {
    "unknown device": message({ destination: 99 }),
    "the node takes no such message": message({ destination: 0 }),
  });
  refusesAt("NO_ROUTE", "not the peer's device", [message(), { at: "egress", peer: "node-c" }], leaving);
  refusesAt("NO_ROUTE", "transit", [message({ destination: 43 }), ingress], entering, onA);
  refusesAt("NO_ROUTE", "wrong container", [message(), delivery(59)], handed, onA);
});

beforeAll(async () => {
  const fine = await query();
  const coa = message({ type: TYPES.L9_COA_REQ, destination: 59 });
  refuses("INVALID_ROE_TOKEN", fine, {
    none: await query(without("roeTokenId")),
    "another device's": await query({ roeTokenId: 0x8000 + 3 * 59 }),
  });
  refuses(
    "INVALID_ROE_TOKEN",
    { ...coa, tlvs: { ...coa.tlvs, roeTokenId: 0x8000 + 3 * 59 } },
    { "of a COA request": coa },
  );
  refuses("MISSING_TWO_PERSON_SIGNATURES", fine, {
    "only A": await query(without("signatureB")),
    "only B": await query(without("signatureA")),
  });
  const redigested = (changed: Envelope): Envelope => ({
    ...changed,
    tlvs: { ...changed.tlvs, requestDigest: requestDigest(changed) },
  });
  const swapped = { ...fine, payload: Buffer.from("{ }") };
  const again = { ...fine, messageId: randomBytes(16) };
  refuses("INVALID_TWO_PERSON_SIGNATURES", fine, {
    "one key twice": await query({}, [keys.one, keys.one]),
    "two keys of one person": await query({}, [keys.one, keys.twin]),
    "a key of nobody": await query({}, [keys.one, keys.other]),
    "no digest": await query(without("requestDigest")),
    "a digest of something else": await query({ requestDigest: Buffer.alloc(48) }),
    "payload changed after it was signed": swapped,
    "payload and digest changed": redigested(swapped),
    "sent again under another id": again,
    "sent again under another id, with its digest": redigested(again),
    "signed for another purpose": await query({ signatureB: await signatureOf(keys.two, fine, "dsmil-audit-v1") }),
  });
});

beforeAll(async () => {
  const fine = await chat();
  const token = fine.tlvs.claimToken as Buffer;
  refuses("MISSING_CLAIM_TOKEN", message(), { "a chat": message({ type: TYPES.L7_CHAT_REQ, destination: 43 }) });
  refuses("MISSING_CLAIM_TOKEN", fine, { "any message of device 43": message({ source: 43 }) }, local(43));
  const flipped = Buffer.from(token);
  flipped[flipped.length - 30] = flipped[flipped.length - 30] === 65 ? 66 : 65;
  const [head = "", body = "", tail = ""] = String(token).split(".");
  const withToken = (claimToken: Buffer | string): Envelope => ({
    ...fine,
    tlvs: { ...fine.tlvs, claimToken: Buffer.from(claimToken) },
  });
  const withHeader = (text: string): Envelope =>
    withToken(`${Buffer.from(text).toString("base64url")}.${body}.${tail}`);
  const bad = {
    "another tenant's claim": await chat({ tenant: "BRAVO" }),
    "another tenant's key": await chat({}, keys.bravo),
    "another message's": await chat({ messageId: randomBytes(16) }),
    "another device's": await chat({ device: 47 }),
    "too old": await chat({ seconds: 60 }, keys.alpha, NOW - 60_000),
    "from the future": await chat({}, keys.alpha, NOW + 32_000),
    "a changed signature": withToken(flipped),
    "another algorithm": withHeader('{"alg":"none","typ":"dsmil-claim","kid":"alpha"}'),
    "more in the header": withHeader('{"alg":"ML-DSA-87","typ":"dsmil-claim","kid":"alpha","crit":[]}'),
    "a fourth part": withToken(`${head}.${body}.${tail}.`),
    padded: withToken(`${head}.${body}.${tail}=`),
  };
  refuses("INVALID_CLAIM_TOKEN", fine, bad, local(43));
});

describe("each reason has a message that is refused and a neighbour that is not", () => {
  it("holds for all cases", () => {
    for (const { reason, what, bad, good, hop, goodHop, facts: own } of cases) {
      const found = decide(bad, hop, own);
      expect([what, found.ok ? "accepted" : found.refuse]).toEqual([what, reason]);
      expect([what, decide(good, goodHop, own)]).toEqual([what, { ok: true }]);
    }
    expect(cases.length).toBeGreaterThan(45);
  });

  it("covers every reason that decisions can give", () => {
    const reasons = new Set(cases.map(({ reason }) => reason));
    expect([...reasons].sort()).toEqual(
      [
        ...["TOO_LARGE", "UNKNOWN_TYPE", "MALFORMED", "MISSING_TENANT", "UNKNOWN_TENANT", "DEVICE_NOT_ALLOWED"],
        ...["TENANT_MISMATCH", "NO_ROUTE", "CLASSIFICATION_EXCEEDED", "COMPARTMENT_EXCEEDED", "ROE_EXCEEDED"],
        ...["INVALID_ROE_TOKEN", "MISSING_TWO_PERSON_SIGNATURES", "INVALID_TWO_PERSON_SIGNATURES"],
        ...["MISSING_CLAIM_TOKEN", "INVALID_CLAIM_TOKEN"],
      ].sort(),
    );
  });

  it("refuses a claim whose tenant key's certificate has ended, or where there is none", async () => {
    const message = await chat();
    const later = { ...ALPHA, claimKey: { publicKey: keys.alpha.publicKey, notAfter: NOW } };
    const { claimKey: _none, ...without } = ALPHA;
    for (const policy of [later, without]) {
      const found = decide(message, local(43), { ...facts, tenants: new Map([["ALPHA", policy]]) });
      expect(found).toMatchObject({ refuse: "INVALID_CLAIM_TOKEN" });
    }
  });

  it("tells no payload and no token in its details", async () => {
    const secret = "a-secret-payload";
    for (const { bad, hop, facts: own } of cases) {
      const found = decide({ ...bad, payload: bad.payload.length > 100 ? bad.payload : Buffer.from(secret) }, hop, own);
      if (!found.ok) {
        expect(found.detail).not.toContain(secret);
        expect(found.detail.length).toBeLessThan(300);
      }
    }
  });
});
