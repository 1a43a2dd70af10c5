import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import pino from "pino";
import { afterAll, describe, expect, it } from "vitest";
import { checkQuery, type GateFacts } from "../../../images/l9-nc3/src/check.ts";
import { parseQuery } from "../../../images/l9-nc3/src/query.ts";
import { requestDigest } from "../../../images/runtime/dbe/claim/request-digest.ts";
import { FLAGS, TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import type { DbeError } from "../../../images/runtime/dbe/codec/error.ts";
import type { Envelope } from "../../../images/runtime/dbe/codec/types.ts";
import { OfficersWatcher } from "../../../images/runtime/dbe/officers/officers-watcher.ts";
import { keyId, newKey, signatureOf, type TestKey } from "../../services/dbe-gateway/support/keys.ts";

const NOW = Date.UTC(2026, 10, 21, 12);
const GATE = 61;
const [one, two, twin, stranger] = [newKey(), newKey(), newKey(), newKey()];
const officer = (key: TestKey, person: string) => ({ id: keyId(key), publicKey: key.publicKey, person });
const officers = new Map(
  [officer(one, "ada"), officer(two, "bo"), officer(twin, "ada")].map((entry) => [entry.id, entry]),
);
const FACTS: GateFacts = { tenant: "ALPHA", device: GATE, officers, now: NOW };
const at = (ms: number): string => new Date(NOW + ms).toISOString();
const GOOD = { query: "status", expires_at: at(60_000), nonce: "0123456789abcdef0123456789abcdef" };

interface Changes {
  readonly body?: unknown;
  readonly signers?: readonly [TestKey, TestKey];
  /** Of the message as it was signed. */
  readonly signed?: Partial<Envelope>;
  /** Afterwards. */
  readonly tlvs?: Partial<Envelope["tlvs"]>;
  readonly envelope?: Partial<Envelope>;
  readonly context?: string;
}

async function query({ body = GOOD, signers = [one, two], signed, tlvs, envelope, context }: Changes = {}) {
  const bare: Envelope = {
    ...{ type: TYPES.L9_NC3_QUERY, flags: 0, messageId: randomBytes(16), source: 0, destination: GATE },
    ...{ timestamp: NOW, tlvs: { tenantId: "ALPHA" } },
    payload: typeof body === "string" ? Buffer.from(body) : Buffer.from(JSON.stringify(body)),
    ...signed,
  };
  const [signatureA, signatureB] = await Promise.all(signers.map((key) => signatureOf(key, bare, context)));
  const roeTokenId = 0x8000 + 3 * GATE;
  const all = { ...bare.tlvs, roeTokenId, requestDigest: requestDigest(bare), signatureA, signatureB, ...tlvs };
  const present = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return { ...bare, tlvs: present, ...envelope } as Envelope;
}

const refusalOf = (message: Envelope, facts = FACTS): string => {
  try {
    checkQuery(message, facts);
    return "passed";
  } catch (error) {
    return (error as DbeError).reason ?? String(error);
  }
};
const flipped = (signature: Buffer | undefined): Buffer => {
  const copy = Buffer.from(signature ?? []);
  copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1;
  return copy;
};

describe("the gate's own checks", () => {
  it("let a query of two officers through, and tell who they are", async () => {
    const { query: asked, signers } = checkQuery(await query(), FACTS);
    expect(asked).toEqual({ query: "status", expiresAt: NOW + 60_000, nonce: GOOD.nonce });
    expect(signers.map(({ person }) => person)).toEqual(["ada", "bo"]);
    expect(refusalOf(await query({ signers: [two, twin] }))).toBe("passed");
    expect(refusalOf(await query({ body: { ...GOOD, expires_at: at(300_000) } }))).toBe("passed");
  });

  const BAD: readonly (readonly [what: string, reason: string, changes: Changes])[] = [
    ["one way", "MALFORMED", { envelope: { flags: FLAGS.NO_REPLY } }],
    ["an answer", "MALFORMED", { envelope: { flags: FLAGS.RESPONSE } }],
    ["no tenant", "TENANT_MISMATCH", { tlvs: { tenantId: undefined } as never }],
    ["another tenant", "TENANT_MISMATCH", { signed: { tlvs: { tenantId: "BRAVO" } } }],
    ["another device", "NO_ROUTE", { signed: { destination: 59 } }],
    ["no ROE token", "INVALID_ROE_TOKEN", { tlvs: { roeTokenId: undefined } as never }],
    ["another device's ROE token", "INVALID_ROE_TOKEN", { tlvs: { roeTokenId: 0x8000 + 3 * 59 } }],
    ["no signature A", "MISSING_TWO_PERSON_SIGNATURES", { tlvs: { signatureA: undefined } as never }],
    ["no signature B", "MISSING_TWO_PERSON_SIGNATURES", { tlvs: { signatureB: undefined } as never }],
    ["no digest", "INVALID_TWO_PERSON_SIGNATURES", { tlvs: { requestDigest: undefined } as never }],
    ["another digest", "INVALID_TWO_PERSON_SIGNATURES", { tlvs: { requestDigest: Buffer.alloc(48) } }],
    ["a stranger's signature", "INVALID_TWO_PERSON_SIGNATURES", { signers: [one, stranger] }],
    ["one officer twice", "INVALID_TWO_PERSON_SIGNATURES", { signers: [one, one] }],
    ["two keys of one person", "INVALID_TWO_PERSON_SIGNATURES", { signers: [one, twin] }],
    ["signatures for something else", "INVALID_TWO_PERSON_SIGNATURES", { context: "dsmil-l7-claim-v1" }],
    ["another message id", "INVALID_TWO_PERSON_SIGNATURES", { envelope: { messageId: randomBytes(16) } }],
    ["another payload", "INVALID_TWO_PERSON_SIGNATURES", { envelope: { payload: Buffer.from(JSON.stringify(GOOD)) } }],
    ["an expired time", "STALE_TIMESTAMP", { body: { ...GOOD, expires_at: at(0) } }],
    ["a time too far ahead", "STALE_TIMESTAMP", { body: { ...GOOD, expires_at: at(300_001) } }],
    ["no time", "MALFORMED", { body: { ...GOOD, expires_at: undefined } }],
    ["a time without zone", "MALFORMED", { body: { ...GOOD, expires_at: "2026-11-21T12:01:00" } }],
    ["a day that is none", "MALFORMED", { body: { ...GOOD, expires_at: "2026-13-21T12:01:00Z" } }],
    ["a time as a number", "MALFORMED", { body: { ...GOOD, expires_at: NOW } }],
    ["no nonce", "MALFORMED", { body: { ...GOOD, nonce: undefined } }],
    ["a short nonce", "MALFORMED", { body: { ...GOOD, nonce: "00" } }],
    ["an order", "MALFORMED", { body: { ...GOOD, query: "launch" } }],
    ["an order beside the query", "MALFORMED", { body: { ...GOOD, actuate: true } }],
    ["a list", "MALFORMED", { body: [] }],
    ["no JSON", "MALFORMED", { body: "status" }],
    ["too much", "TOO_LARGE", { body: `${JSON.stringify(GOOD)}${" ".repeat(1024)}` }],
  ];

  it.each(BAD)("refuse %s with %s", async (what, reason, changes) => {
    const same = what === "another payload" ? { ...changes, body: { ...GOOD, nonce: "f".repeat(32) } } : changes;
    expect(refusalOf(await query(same))).toBe(reason);
  });

  it("refuse a signature with one bit that is not its own, on either side", async () => {
    const good = await query();
    for (const side of ["signatureA", "signatureB"] as const) {
      const changed = { ...good, tlvs: { ...good.tlvs, [side]: flipped(good.tlvs[side]) } };
      expect(refusalOf(changed)).toBe("INVALID_TWO_PERSON_SIGNATURES");
    }
  });

  it("know nobody where there are no officers, and forget who is no longer one", async () => {
    const message = await query();
    expect(refusalOf(message, { ...FACTS, officers: new Map() })).toBe("INVALID_TWO_PERSON_SIGNATURES");
    const left = new Map([...officers].filter(([id]) => id !== keyId(two)));
    expect(refusalOf(message, { ...FACTS, officers: left })).toBe("INVALID_TWO_PERSON_SIGNATURES");
  });

  it("do not read what nobody signed", async () => {
    const message = await query({ body: "x".repeat(5000), tlvs: { signatureA: undefined } as never });
    expect(refusalOf(message)).toBe("MISSING_TWO_PERSON_SIGNATURES");
    expect(() => parseQuery(message.payload)).toThrow(/TOO_LARGE/);
  });
});

describe("the officers' file", () => {
  const folder = mkdtempSync("/tmp/dsmil-officers-");
  const file = `${folder}/officers.json`;
  afterAll(() => rmSync(folder, { recursive: true }));
  const watcher = new OfficersWatcher(folder, "ALPHA", pino({ level: "silent" }));
  const put = (value: unknown): void => writeFileSync(file, JSON.stringify(value));

  it("gives nobody while it is missing, and what it says afterwards", async () => {
    await watcher.look();
    expect([watcher.current.size, watcher.check().ok]).toEqual([0, false]);
    put({ tenant: "ALPHA", officers: [officer(one, "ada"), officer(two, "bo")] });
    await watcher.look();
    expect([watcher.current.size, watcher.check()]).toEqual([2, { value: 2, ok: true }]);
  });

  it.each([
    ["another tenant's", { tenant: "BRAVO", officers: [] }],
    ["of no form", { tenant: "ALPHA" }],
    ["with a key that is not its id's", { tenant: "ALPHA", officers: [{ ...officer(one, "ada"), id: keyId(two) }] }],
    ["with another key", { tenant: "ALPHA", officers: [], more: 1 }],
  ])("that is %s changes nothing, and is told", async (_, value) => {
    put(value);
    await watcher.look();
    expect([watcher.current.size, watcher.check().ok]).toEqual([2, false]);
  });

  it("takes an officer away at once", async () => {
    put({ tenant: "ALPHA", officers: [officer(one, "ada")] });
    await watcher.look();
    expect([...watcher.current.values()].map(({ person }) => person)).toEqual(["ada"]);
    rmSync(file);
    await watcher.look();
    expect(watcher.current.size).toBe(0);
  });
});
