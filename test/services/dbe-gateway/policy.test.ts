import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { decide } from "../../../images/dbe-gateway/src/policy/decide.ts";
import { decideAnswer } from "../../../images/dbe-gateway/src/policy/decide-answer.ts";
import type { Facts, Officer, TenantPolicy } from "../../../images/dbe-gateway/src/policy/facts.ts";
import type { Hop, Speaker } from "../../../images/dbe-gateway/src/policy/hop.ts";
import { rememberedVerify } from "../../../images/dbe-gateway/src/policy/remembered-verify.ts";
import { mintClaim } from "../../../images/runtime/dbe/claim/mint.ts";
import { requestDigest } from "../../../images/runtime/dbe/claim/request-digest.ts";
import { FLAGS, type Reason, TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import type { Envelope, Tlvs } from "../../../images/runtime/dbe/codec/types.ts";
import { keyId, newKey, signatureOf, type TestKey } from "./support/keys.ts";
import { randomFrom } from "./support/random.ts";

const NOW = Date.UTC(2026, 10, 21);
const keys: Record<"alpha" | "bravo" | "one" | "two" | "twin" | "other", TestKey> = {
  alpha: newKey(),
  bravo: newKey(),
  one: newKey(),
  two: newKey(),
  twin: newKey(),
  other: newKey(),
};
const officer = (key: TestKey, person: string): [string, Officer] => [
  keyId(key),
  { id: keyId(key), publicKey: key.publicKey, person },
];
const ALPHA: TenantPolicy = {
  tenant: "ALPHA",
  roeLevel: 1,
  compartments: 0x03,
  classification: 3,
  devices: new Set([18, 43, 47, 52, 59, 61]),
  officers: new Map([officer(keys.one, "ann"), officer(keys.two, "bob"), officer(keys.twin, "ann")]),
  claimKey: { publicKey: keys.alpha.publicKey, notAfter: NOW + 3_600_000 },
};
const BRAVO: TenantPolicy = {
  tenant: "BRAVO",
  roeLevel: 0,
  compartments: 0x01,
  classification: 0,
  devices: new Set([43, 52]),
  officers: new Map(),
};
const OPEN: TenantPolicy = { tenant: "OPEN", roeLevel: 2, compartments: 0xff, classification: 4, officers: new Map() };
const facts: Facts = {
  node: "node-b",
  devices: new Map([
    [18, "node-a"],
    [43, "node-b"],
    [47, "node-b"],
    [52, "node-a"],
    [59, "node-a"],
    [61, "node-a"],
    [20, "node-b"],
  ]),
  tenants: new Map([ALPHA, BRAVO, OPEN].map((policy) => [policy.tenant, policy])),
  now: NOW,
  verify: rememberedVerify(),
};
const onA: Facts = { ...facts, node: "node-a" };
const speaker = (device: number, tenants: readonly string[] | "*"): Speaker => ({
  container: `dsmil-device-${device}`,
  device,
  tenants: tenants === "*" ? "*" : new Set(tenants),
});
const local = (device: number, tenants: readonly string[] | "*" = ["ALPHA"]): Hop => ({
  at: "local",
  from: speaker(device, tenants),
});
const egress: Hop = { at: "egress", peer: "node-a" };
const ingress: Hop = { at: "ingress", peer: "node-b" };
const delivery = (device: number, tenants: readonly string[] | "*" = ["ALPHA"]): Hop => ({
  at: "delivery",
  to: speaker(device, tenants),
});

function message(changes: Partial<Envelope> = {}, tlvs: Tlvs = { tenantId: "ALPHA" }): Envelope {
  return {
    type: TYPES.L8_SOC_EVENT_ENRICHMENT,
    flags: 0,
    messageId: randomBytes(16),
    source: 47,
    destination: 52,
    timestamp: NOW,
    tlvs,
    payload: Buffer.from("{}"),
    ...changes,
  };
}

/** An NC3 query that everything is right about, and what makes it wrong. */
async function query(changes: Partial<Tlvs> = {}, signers = [keys.one, keys.two]): Promise<Envelope> {
  const bare = message({ type: TYPES.L9_NC3_QUERY, destination: 61 });
  const [a = keys.one, b = keys.two] = signers;
  const [signatureA, signatureB] = await Promise.all([signatureOf(a, bare), signatureOf(b, bare)]);
  const roeTokenId = 0x8000 + 3 * 61;
  const tlvs = {
    tenantId: "ALPHA",
    roeTokenId,
    signatureA,
    signatureB,
    requestDigest: requestDigest(bare),
    ...changes,
  };
  return { ...bare, tlvs: Object.fromEntries(Object.entries(tlvs).filter(([, value]) => value !== undefined)) };
}

/** A chat request of the L7 router with a claim. */
async function chat(claim: object = {}, key = keys.alpha, now = NOW): Promise<Envelope> {
  const bare = message({ type: TYPES.L7_CHAT_REQ, source: 43, destination: 47 });
  const asked = { tenant: "ALPHA", userId: "analyst", device: 43, messageId: bare.messageId, ...claim };
  return { ...bare, tlvs: { ...bare.tlvs, claimToken: await mintClaim(key, asked, now) } };
}

interface Case {
  readonly reason: Reason;
  readonly what: string;
  readonly bad: Envelope;
  readonly good: Envelope;
  readonly hop: Hop;
  readonly goodHop?: Hop;
  readonly facts?: Facts;
  readonly goodFacts?: Facts;
}
let cases: Case[];
const tlv = (more: Tlvs): Envelope => message({}, { tenantId: "ALPHA", ...more });

beforeAll(async () => {
  const goodQuery = await query();
  const goodChat = await chat();
  const swapped = { ...goodQuery, payload: Buffer.from("{ }") };
  const atSource = { hop: local(47), good: message() };
  const nc3 = { reason: "INVALID_TWO_PERSON_SIGNATURES", hop: local(47), good: goodQuery } as const;
  const claim = { reason: "INVALID_CLAIM_TOKEN", hop: local(43), good: goodChat } as const;
  const flipped = Buffer.from(goodChat.tlvs.claimToken as Buffer);
  flipped[flipped.length - 30] = flipped[flipped.length - 30] === 65 ? 66 : 65;
  const [head = "", body = "", tail = ""] = String(goodChat.tlvs.claimToken).split(".");
  const header = (text: string): Buffer => Buffer.from(`${Buffer.from(text).toString("base64url")}.${body}.${tail}`);
  const none = header('{"alg":"none","typ":"dsmil-claim","kid":"alpha"}');
  const withToken = (claimToken: Buffer): Envelope => ({ ...goodChat, tlvs: { ...goodChat.tlvs, claimToken } });
  cases = [
    { reason: "TOO_LARGE", what: "payload", bad: message({ payload: Buffer.alloc(1024 * 1024 + 1) }), ...atSource },
    { reason: "UNKNOWN_TYPE", what: "an answer's type", bad: message({ type: TYPES.L9_COA_RESP }), ...atSource },
    { reason: "UNKNOWN_TYPE", what: "a handshake's type", bad: message({ type: TYPES.HS_INIT }), ...atSource },
    { reason: "UNKNOWN_TYPE", what: "no type", bad: message({ type: 0x33 }), ...atSource },
    { reason: "MALFORMED", what: "an answer's flag", bad: message({ flags: FLAGS.RESPONSE }), ...atSource },
    { reason: "MISSING_TENANT", what: "no tenant", bad: message({}, {}), ...atSource },
    { reason: "UNKNOWN_TENANT", what: "unknown", bad: message({}, { tenantId: "CHARLIE" }), ...atSource },
    { reason: "UNKNOWN_TENANT", what: "by prefix", bad: message({}, { tenantId: "ALPHA2" }), ...atSource },
    { reason: "DEVICE_NOT_ALLOWED", what: "another's device", bad: message({ source: 43 }), ...atSource },
    { reason: "DEVICE_NOT_ALLOWED", what: "the node's device", bad: message({ source: 0 }), ...atSource },
    {
      reason: "DEVICE_NOT_ALLOWED",
      what: "of another node",
      bad: message({ source: 18 }),
      hop: local(18),
      good: message(),
      goodHop: local(47),
    },
    {
      reason: "DEVICE_NOT_ALLOWED",
      what: "of no node",
      bad: message({ source: 99 }),
      hop: local(99),
      good: message(),
      goodHop: local(47),
    },
    {
      reason: "DEVICE_NOT_ALLOWED",
      what: "not the peer's",
      bad: message({ source: 18 }),
      good: message(),
      hop: ingress,
      facts: onA,
      goodFacts: onA,
    },
    {
      reason: "DEVICE_NOT_ALLOWED",
      what: "sent on for another node",
      bad: message({ source: 18 }),
      good: message(),
      hop: egress,
    },
    {
      reason: "DEVICE_NOT_ALLOWED",
      what: "not the tenant's",
      bad: message({ source: 20 }),
      hop: local(20),
      good: message({ source: 20 }, { tenantId: "OPEN" }),
      goodHop: local(20, ["OPEN"]),
    },
    {
      reason: "TENANT_MISMATCH",
      what: "another folder's tenant",
      bad: message(),
      hop: local(47, ["BRAVO"]),
      good: message(),
      goodHop: local(47),
    },
    {
      reason: "TENANT_MISMATCH",
      what: "a folder without tenants",
      bad: message(),
      hop: local(47, []),
      good: message(),
      goodHop: local(47, "*"),
    },
    {
      reason: "TENANT_MISMATCH",
      what: "destination is another tenant's",
      bad: message({ destination: 20 }),
      ...atSource,
    },
    {
      reason: "TENANT_MISMATCH",
      what: "container is another tenant's",
      bad: message(),
      hop: delivery(52, ["BRAVO"]),
      good: message(),
      goodHop: delivery(52),
      facts: onA,
      goodFacts: onA,
    },
    { reason: "NO_ROUTE", what: "unknown device", bad: message({ destination: 99 }), ...atSource },
    { reason: "NO_ROUTE", what: "the node takes no such message", bad: message({ destination: 0 }), ...atSource },
    {
      reason: "NO_ROUTE",
      what: "another peer's device",
      bad: message(),
      hop: { at: "egress", peer: "node-c" },
      good: message(),
      goodHop: egress,
    },
    {
      reason: "NO_ROUTE",
      what: "transit",
      bad: message({ destination: 43 }),
      good: message(),
      hop: ingress,
      facts: onA,
      goodFacts: onA,
    },
    {
      reason: "NO_ROUTE",
      what: "wrong container",
      bad: message(),
      hop: delivery(59),
      good: message(),
      goodHop: delivery(52),
      facts: onA,
      goodFacts: onA,
    },
    {
      reason: "CLASSIFICATION_EXCEEDED",
      what: "above",
      bad: tlv({ classification: 4 }),
      hop: local(47),
      good: tlv({ classification: 3 }),
    },
    {
      reason: "COMPARTMENT_EXCEEDED",
      what: "one too many",
      bad: tlv({ compartments: 0x07 }),
      hop: local(47),
      good: tlv({ compartments: 0x03 }),
    },
    {
      reason: "COMPARTMENT_EXCEEDED",
      what: "the highest bit",
      bad: tlv({ compartments: 0x80000000 }),
      hop: local(47),
      good: tlv({ compartments: 0 }),
    },
    { reason: "ROE_EXCEEDED", what: "above", bad: tlv({ roeLevel: 2 }), hop: local(47), good: tlv({ roeLevel: 1 }) },
    {
      reason: "INVALID_ROE_TOKEN",
      what: "none",
      bad: await query({ roeTokenId: undefined } as never),
      hop: local(47),
      good: goodQuery,
    },
    {
      reason: "INVALID_ROE_TOKEN",
      what: "another device's",
      bad: await query({ roeTokenId: 0x8000 + 3 * 59 }),
      hop: local(47),
      good: goodQuery,
    },
    {
      reason: "INVALID_ROE_TOKEN",
      what: "of a COA request",
      bad: message({ type: TYPES.L9_COA_REQ, destination: 59 }),
      hop: local(47),
      good: message({ type: TYPES.L9_COA_REQ, destination: 59 }, { tenantId: "ALPHA", roeTokenId: 0x80b1 }),
    },
    {
      reason: "MISSING_TWO_PERSON_SIGNATURES",
      what: "only A",
      bad: await query({ signatureB: undefined } as never),
      hop: local(47),
      good: goodQuery,
    },
    {
      reason: "MISSING_TWO_PERSON_SIGNATURES",
      what: "only B",
      bad: await query({ signatureA: undefined } as never),
      hop: local(47),
      good: goodQuery,
    },
    { ...nc3, what: "one key twice", bad: await query({}, [keys.one, keys.one]) },
    { ...nc3, what: "two keys of one person", bad: await query({}, [keys.one, keys.twin]) },
    { ...nc3, what: "a key of nobody", bad: await query({}, [keys.one, keys.other]) },
    { ...nc3, what: "no digest", bad: await query({ requestDigest: undefined } as never) },
    { ...nc3, what: "a digest of something else", bad: await query({ requestDigest: Buffer.alloc(48) }) },
    { ...nc3, what: "payload changed after it was signed", bad: swapped },
    {
      ...nc3,
      what: "payload and digest changed",
      bad: { ...swapped, tlvs: { ...swapped.tlvs, requestDigest: requestDigest(swapped) } },
    },
    {
      ...nc3,
      what: "signed for another purpose",
      bad: await query({ signatureB: await signatureOf(keys.two, goodQuery, "dsmil-audit-v1") }),
    },
    {
      reason: "MISSING_CLAIM_TOKEN",
      what: "chat without",
      bad: message({ type: TYPES.L7_CHAT_REQ, destination: 43 }),
      hop: local(47),
      good: message(),
    },
    {
      reason: "MISSING_CLAIM_TOKEN",
      what: "any message of device 43",
      bad: message({ source: 43 }),
      hop: local(43),
      good: goodChat,
    },
    { ...claim, what: "another tenant's claim", bad: await chat({ tenant: "BRAVO" }) },
    { ...claim, what: "another tenant's key", bad: await chat({}, keys.bravo) },
    { ...claim, what: "another message's", bad: await chat({ messageId: randomBytes(16) }) },
    { ...claim, what: "another device's", bad: await chat({ device: 47 }) },
    { ...claim, what: "too old", bad: await chat({ seconds: 60 }, keys.alpha, NOW - 60_000) },
    { ...claim, what: "from the future", bad: await chat({}, keys.alpha, NOW + 32_000) },
    { ...claim, what: "a changed signature", bad: withToken(flipped) },
    { ...claim, what: "another algorithm", bad: withToken(none) },
    {
      ...claim,
      what: "more in the header",
      bad: withToken(header('{"alg":"ML-DSA-87","typ":"dsmil-claim","kid":"alpha","crit":[]}')),
    },
    { ...claim, what: "a fourth part", bad: withToken(Buffer.from(`${head}.${body}.${tail}.`)) },
    { ...claim, what: "padded", bad: withToken(Buffer.from(`${head}.${body}.${tail}=`)) },
  ];
});

describe("each reason has a message that is refused and a neighbour that is not", () => {
  it("holds for all cases", () => {
    for (const { reason, what, bad, good, hop, goodHop, facts: badFacts, goodFacts } of cases) {
      const found = decide(bad, hop, badFacts ?? facts);
      expect([what, found.ok ? "accepted" : found.refuse]).toEqual([what, reason]);
      expect([what, decide(good, goodHop ?? hop, goodFacts ?? facts)]).toEqual([what, { ok: true }]);
    }
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
      const found = decide(
        { ...bad, payload: bad.payload.length > 100 ? bad.payload : Buffer.from(secret) },
        hop,
        own ?? facts,
      );
      if (!found.ok) {
        expect(found.detail).not.toContain(secret);
        expect(found.detail.length).toBeLessThan(300);
      }
    }
  });
});

describe("answers", () => {
  const request = message();
  const good: Envelope = {
    ...request,
    type: TYPES.L8_PROPOSAL,
    flags: FLAGS.RESPONSE,
    source: request.destination,
    destination: request.source,
  };
  const error = { ...good, type: TYPES.ERROR, tlvs: { reason: 1 } };
  const coa = message({ type: TYPES.L9_COA_REQ, destination: 59 }, { tenantId: "ALPHA", roeTokenId: 0x80b1 });
  const coaAnswer = { ...coa, type: TYPES.L9_COA_RESP, flags: FLAGS.RESPONSE, source: 59, destination: 47 };

  it.each<[string, Envelope, Envelope]>([
    ["the answer that was asked for", good, request],
    ["an error, from the node, without a tenant", { ...error, source: 0 }, request],
    [
      "the acceptance of a one-way message",
      { ...good, type: TYPES.ACCEPTED, source: 0 },
      { ...request, flags: FLAGS.NO_REPLY },
    ],
    ["a course of action with its token", { ...coaAnswer, tlvs: { ...coa.tlvs, roeTokenId: 0x8000 + 3 * 47 } }, coa],
  ])("lets %s go back", (_what, answer, asked) => {
    expect(decideAnswer(answer, asked, facts)).toEqual({ ok: true });
  });

  it.each<[Reason, string, Envelope]>([
    ["TENANT_MISMATCH", "of another tenant", { ...good, tlvs: { tenantId: "BRAVO" } }],
    ["TENANT_MISMATCH", "an error of another tenant", { ...error, tlvs: { reason: 1, tenantId: "BRAVO" } }],
    ["MISSING_TENANT", "without a tenant", { ...good, tlvs: {} }],
    ["UNKNOWN_TYPE", "of another type", { ...good, type: TYPES.L7_CHAT_RESP }],
    ["UNKNOWN_TYPE", "only accepted though an answer was asked for", { ...good, type: TYPES.ACCEPTED }],
    ["MALFORMED", "without the flag", { ...good, flags: 0 }],
    ["MALFORMED", "to another message", { ...good, messageId: randomBytes(16) }],
    ["DEVICE_NOT_ALLOWED", "from another device", { ...good, source: 59 }],
    ["DEVICE_NOT_ALLOWED", "from the node in place of the device", { ...good, source: 0 }],
    ["DEVICE_NOT_ALLOWED", "to another device", { ...good, destination: 43 }],
    [
      "CLASSIFICATION_EXCEEDED",
      "above the tenant's classification",
      { ...good, tlvs: { tenantId: "ALPHA", classification: 4 } },
    ],
    ["TOO_LARGE", "too large", { ...good, payload: Buffer.alloc(1024 * 1024 + 1) }],
  ])("refuses with %s one %s", (reason, _what, answer) => {
    expect(decideAnswer(answer, request, facts)).toMatchObject({ ok: false, refuse: reason });
  });

  it("refuses a course of action without its token, and answers to a tenant that is gone", () => {
    expect(decideAnswer(coaAnswer, coa, facts)).toMatchObject({ refuse: "INVALID_ROE_TOKEN" });
    expect(decideAnswer(good, request, { ...facts, tenants: new Map() })).toMatchObject({ refuse: "UNKNOWN_TENANT" });
  });
});

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
      for (const device of [source, destination])
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
