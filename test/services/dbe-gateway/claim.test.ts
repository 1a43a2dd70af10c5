import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { CLAIM_CONTEXT } from "../../../images/runtime/dbe/claim/claim.ts";
import { mintClaim } from "../../../images/runtime/dbe/claim/mint.ts";
import { requestDigest } from "../../../images/runtime/dbe/claim/request-digest.ts";
import { verifyClaim } from "../../../images/runtime/dbe/claim/verify.ts";
import { newKey } from "./support/keys.ts";
import { message } from "./support/policy-rig.ts";

const NOW = Date.UTC(2026, 10, 21);
const seconds = NOW / 1000;
const key = newKey();
const messageId = Buffer.alloc(16, 0xab);
const expected = { tenant: "ALPHA", device: 43, messageId, publicKey: key.publicKey, now: NOW };
const header = { alg: "ML-DSA-87", typ: "dsmil-claim", kid: "alpha" };
const claim = {
  ...{ tenant_id: "ALPHA", user_id: "key:default", device: 43, message_id: messageId.toString("hex") },
  ...{ issued_at: seconds, expires_at: seconds + 60 },
};
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A token with a good signature of the tenant's key over whatever it says. */
async function signed(head: unknown, body: unknown, context = CLAIM_CONTEXT): Promise<string> {
  const text = `${encode(head)}.${encode(body)}`;
  return `${text}.${(await key.sign(Buffer.from(text), context)).toString("base64url")}`;
}
const why = (token: string): string => {
  const result = verifyClaim(Buffer.from(token), expected);
  return result.ok ? "good" : result.why;
};

describe("a claim", () => {
  it("that was minted is good for its message, and says who asked", async () => {
    const asked = { tenant: "ALPHA", userId: "key:default", device: 43, messageId };
    const result = verifyClaim(await mintClaim(key, asked, NOW), expected);
    expect(result).toEqual({ ok: true, claim });
    expect(why(await signed(header, claim))).toBe("good");
    expect(why(await signed(header, { ...claim, expires_at: seconds + 300 }))).toBe("good");
    expect(why(await signed(header, { ...claim, issued_at: seconds + 30, expires_at: seconds + 60 }))).toBe("good");
  });

  // All of these carry a signature that holds: each is refused by its own check alone.
  it.each<[string, object, object, RegExp]>([
    ["another tenant's key id", { kid: "bravo" }, {}, /another tenant's key/],
    ["another algorithm", { alg: "ML-DSA-65" }, {}, /header/],
    ["another kind of token", { typ: "JWT" }, {}, /header/],
    ["more in its header", { crit: [] }, {}, /header/],
    ["another tenant", {}, { tenant_id: "BRAVO" }, /another tenant/],
    ["another device", {}, { device: 47 }, /another device/],
    ["its device as text", {}, { device: "43" }, /another device/],
    ["another message", {}, { message_id: "00".repeat(16) }, /another message/],
    ["its message id in upper case", {}, { message_id: claim.message_id.toUpperCase() }, /another message/],
    ["a user id with a space", {}, { user_id: "a b" }, /user_id/],
    ["no user id", {}, { user_id: "" }, /user_id/],
    ["a user id that is too long", {}, { user_id: "u".repeat(129) }, /user_id/],
    ["times that are no whole seconds", {}, { issued_at: seconds + 0.5 }, /times/],
    ["times as text", {}, { expires_at: String(seconds + 60) }, /times/],
    ["a life that is too long", {}, { expires_at: seconds + 301 }, /1 to 300 seconds/],
    ["an end before its beginning", {}, { issued_at: seconds + 20, expires_at: seconds + 10 }, /1 to 300 seconds/],
    ["an end that has come", {}, { issued_at: seconds - 60, expires_at: seconds }, /no longer/],
    ["a beginning that is too far off", {}, { issued_at: seconds + 31, expires_at: seconds + 90 }, /future/],
    ["more in its payload", {}, { admin: true }, /payload/],
    ["less in its payload", {}, { user_id: undefined }, /payload/],
  ])("with %s is refused, though its signature holds", async (_what, head, body, message) => {
    expect(why(await signed({ ...header, ...head }, { ...claim, ...body }))).toMatch(message);
  });

  it("signed for another purpose, by another key or not at all is refused", async () => {
    expect(why(await signed(header, claim, "dsmil-audit-v1"))).toMatch(/signature/);
    const other = await mintClaim(newKey(), { tenant: "ALPHA", userId: "u", device: 43, messageId }, NOW);
    expect(why(String(other))).toMatch(/signature/);
    expect(why(`${encode(header)}.${encode(claim)}.AAAA`)).toMatch(/signature/);
  });

  it("has one form only: no other text of the same bytes is taken", async () => {
    const token = await signed(header, claim);
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    // 4627 bytes leave four bits of the last character unused.
    const last = alphabet.indexOf(token.at(-1) ?? "");
    const twin = `${token.slice(0, -1)}${alphabet[last ^ 1]}`;
    expect(Buffer.from(twin.split(".")[2] ?? "", "base64url")).toEqual(
      Buffer.from(token.split(".")[2] ?? "", "base64url"),
    );
    expect(why(twin)).toMatch(/signature/);
    for (const text of [`${token}=`, ` ${token}`, `${token}.`, token.replace(".", ""), "", "..", "a.b.c"]) {
      expect(why(text)).not.toBe("good");
    }
    expect(why("a".repeat(8193))).toMatch(/longer/);
  });

  it("is not minted with what no verifier would take", async () => {
    const asked = { tenant: "ALPHA", userId: "u", device: 43, messageId };
    for (const bad of [{ userId: "a b" }, { messageId: Buffer.alloc(15) }, { seconds: 301 }, { seconds: 0 }]) {
      await expect(mintClaim(key, { ...asked, ...bad }, NOW)).rejects.toThrow(RangeError);
    }
  });
});

describe("what two people sign", () => {
  const request = message({ type: 0x62, destination: 0x013d, messageId, payload: Buffer.from("release") });

  it("is SHA-384 of type, destination, id, tenant and payload, id and tenant with their length", () => {
    const bytes = Buffer.concat([
      Buffer.from([0x62, 0x01, 0x3d, 16]),
      messageId,
      Buffer.from([5]),
      Buffer.from("ALPHArelease"),
    ]);
    expect(requestDigest(request)).toEqual(createHash("sha384").update(bytes).digest());
  });

  it("differs with each of them, wherever one ends and the next begins", () => {
    const changed = [
      { type: 0x60 },
      { destination: 61 },
      { messageId: Buffer.alloc(16, 0xac) },
      { messageId: messageId.subarray(1) },
      { tlvs: { tenantId: "ALPH" }, payload: Buffer.from("Arelease") },
      { tlvs: { tenantId: "BRAVO" } },
      { payload: Buffer.from("release!") },
    ].map((change) => requestDigest({ ...request, ...change }).toString("hex"));
    expect(new Set([...changed, requestDigest(request).toString("hex")]).size).toBe(changed.length + 1);
  });
});
