import { SignJWT, UnsecuredJWT } from "jose";
import { describe, expect, it } from "vitest";
import { TokenVerifier } from "../../../images/l7-router/src/identity/token-verifier.ts";
import { L7_TOKEN } from "../../../images/runtime/l7/token.ts";
import { privateKey } from "../../../images/runtime/pqc/keys.ts";
import { issueToken } from "../../../infra/cli/tenant/token.ts";
import { generate } from "../../../infra/provider/pqc.ts";

const keys = { ALPHA: generate(), BRAVO: generate() };
const verifier = new TokenVerifier((tenant) => keys[tenant as keyof typeof keys]?.publicKey);
const request = { tenant: "ALPHA", roles: ["chat"], subject: "ann", minutes: 5 };
const NOW = Math.floor(Date.now() / 1000);

/** A good token's parts, but for what is said otherwise. */
function made(header: object = {}, payload: object = {}, seed = keys.ALPHA.seed): Promise<string> {
  const claims = {
    tenant_id: "ALPHA",
    roles: ["chat"],
    sub: "ann",
    iss: "dsmil",
    aud: "dsmil-l7",
    iat: NOW,
    exp: NOW + 60,
  };
  return new SignJWT({ ...claims, ...payload })
    .setProtectedHeader({ alg: L7_TOKEN.alg, typ: "JWT", kid: "alpha", ...header })
    .sign(privateKey(seed));
}

describe("a token", () => {
  it("says who it speaks for and what it allows", async () => {
    const token = await issueToken(keys.ALPHA.seed, request);
    expect(token.length).toBeLessThan(L7_TOKEN.maxLength);
    expect(await verifier.verify(token)).toEqual({ tenant: "ALPHA", name: "ann", roles: new Set(["chat"]) });
    expect(await verifier.verify(await made())).toMatchObject({ tenant: "ALPHA" });
  });

  it.each<[string, () => Promise<string>, number, string]>([
    ["names another tenant than its signer", () => made({}, { tenant_id: "BRAVO" }), 403, "tenant_mismatch"],
    ["is signed by another tenant's key", () => made({}, {}, keys.BRAVO.seed), 401, "invalid_token"],
    ["names a signer that nobody knows", () => made({ kid: "charlie" }), 401, "invalid_token"],
    ["names no signer", () => made({ kid: undefined }), 401, "invalid_token"],
    ["has ended", () => made({}, { iat: NOW - 600, exp: NOW - 300 }), 401, "token_expired"],
    ["has no end", () => made({}, { exp: undefined }), 401, "invalid_token"],
    ["holds for more than an hour", () => made({}, { exp: NOW + 3700 }), 401, "invalid_token"],
    ["is of the future", () => made({}, { iat: NOW + 600, exp: NOW + 700 }), 401, "invalid_token"],
    ["is for another audience", () => made({}, { aud: "other" }), 401, "invalid_token"],
    ["is by another issuer", () => made({}, { iss: "other" }), 401, "invalid_token"],
    ["has an unknown role", () => made({}, { roles: ["root"] }), 401, "invalid_token"],
    ["has no roles", () => made({}, { roles: "chat" }), 401, "invalid_token"],
    ["has white space in its subject", () => made({}, { sub: "a b" }), 401, "invalid_token"],
    ["is of another type", () => made({ typ: "at+jwt" }), 401, "invalid_token"],
    [
      "was changed",
      async () => (await made()).replace(/\.[^.]*\./, (part) => `.x${part.slice(2)}`),
      401,
      "invalid_token",
    ],
    ["is too long", async () => `${await made()}${"A".repeat(4000)}`, 401, "invalid_token"],
    ["is no token", async () => "a.b.c", 401, "invalid_token"],
  ])("that %s is refused", async (_, token, status, code) => {
    await expect(verifier.verify(await token())).rejects.toMatchObject({ status, code });
  });

  it("with alg none, or an HMAC over the public key, is refused", async () => {
    const claims = { tenant_id: "ALPHA", roles: ["chat"] };
    const none = new UnsecuredJWT(claims).setIssuedAt().setExpirationTime("5m").setSubject("ann").encode();
    await expect(verifier.verify(none)).rejects.toMatchObject({ status: 401 });
    const mac = await new SignJWT({ ...claims, sub: "ann", iss: "dsmil", aud: "dsmil-l7", iat: NOW, exp: NOW + 60 })
      .setProtectedHeader({ alg: "HS256", typ: "JWT", kid: "alpha" })
      .sign(Buffer.from(keys.ALPHA.publicKey, "hex"));
    await expect(verifier.verify(mac)).rejects.toMatchObject({ status: 401, code: "invalid_token" });
  });

  it.each([
    [{ roles: ["root"] }, /no role root/],
    [{ subject: "a b" }, /subject/],
    [{ minutes: 61 }, /61 minutes/],
    [{ minutes: Number.NaN }, /NaN/],
  ])("that no router would take is not issued: %j", async (changes, why) => {
    await expect(issueToken(keys.ALPHA.seed, { ...request, ...changes })).rejects.toThrow(why);
  });
});
