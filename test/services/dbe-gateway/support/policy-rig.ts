import { randomBytes } from "node:crypto";
import type { Facts, TenantPolicy } from "../../../../images/dbe-gateway/src/policy/facts.ts";
import type { Hop, Speaker } from "../../../../images/dbe-gateway/src/policy/hop.ts";
import { rememberedVerify } from "../../../../images/dbe-gateway/src/policy/remembered-verify.ts";
import { mintClaim } from "../../../../images/runtime/dbe/claim/mint.ts";
import { requestDigest } from "../../../../images/runtime/dbe/claim/request-digest.ts";
import { TYPES } from "../../../../images/runtime/dbe/codec/constants.ts";
import type { Envelope, Tlvs } from "../../../../images/runtime/dbe/codec/types.ts";
import type { Officer } from "../../../../images/runtime/dbe/officers/officers.ts";
import { keyId, newKey, signatureOf, type TestKey } from "./keys.ts";

export const NOW = Date.UTC(2026, 10, 21);
export const keys: Record<"alpha" | "bravo" | "one" | "two" | "twin" | "other", TestKey> = {
  alpha: newKey(),
  bravo: newKey(),
  one: newKey(),
  two: newKey(),
  twin: newKey(),
  other: newKey(),
};
export const officer = (key: TestKey, person: string): [string, Officer] => [
  keyId(key),
  { id: keyId(key), publicKey: key.publicKey, person },
];
export const ALPHA: TenantPolicy = {
  tenant: "ALPHA",
  roeLevel: 1,
  compartments: 0x03,
  classification: 3,
  devices: new Set([18, 43, 47, 52, 59, 61]),
  officers: new Map([officer(keys.one, "ann"), officer(keys.two, "bob"), officer(keys.twin, "ann")]),
  claimKey: { publicKey: keys.alpha.publicKey, notAfter: NOW + 3_600_000 },
};
export const BRAVO: TenantPolicy = {
  tenant: "BRAVO",
  roeLevel: 0,
  compartments: 0x01,
  classification: 0,
  devices: new Set([43, 52]),
  officers: new Map(),
};
export const OPEN: TenantPolicy = {
  tenant: "OPEN",
  roeLevel: 2,
  compartments: 0xff,
  classification: 4,
  officers: new Map(),
};
export const facts: Facts = {
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
export const onA: Facts = { ...facts, node: "node-a" };
export const speaker = (device: number, tenants: readonly string[] | "*"): Speaker => ({
  container: `dsmil-device-${device}`,
  device,
  tenants: tenants === "*" ? "*" : new Set(tenants),
});
export const local = (device: number, tenants: readonly string[] | "*" = ["ALPHA"]): Hop => ({
  at: "local",
  from: speaker(device, tenants),
});
export const egress: Hop = { at: "egress", peer: "node-a" };
export const ingress: Hop = { at: "ingress", peer: "node-b" };
export const delivery = (device: number, tenants: readonly string[] | "*" = ["ALPHA"]): Hop => ({
  at: "delivery",
  to: speaker(device, tenants),
});

export function message(changes: Partial<Envelope> = {}, tlvs: Tlvs = { tenantId: "ALPHA" }): Envelope {
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
export async function query(changes: Partial<Tlvs> = {}, signers = [keys.one, keys.two]): Promise<Envelope> {
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
export async function chat(claim: object = {}, key = keys.alpha, now = NOW): Promise<Envelope> {
  const bare = message({ type: TYPES.L7_CHAT_REQ, source: 43, destination: 47 });
  const asked = { tenant: "ALPHA", userId: "analyst", device: 43, messageId: bare.messageId, ...claim };
  return { ...bare, tlvs: { ...bare.tlvs, claimToken: await mintClaim(key, asked, now) } };
}
