import { describe, expect, it } from "vitest";
import { TokenVerifier } from "../../../images/l7-router/src/identity/token-verifier.ts";
import { l7Token } from "../../../infra/isolation/drivers/l7-token.ts";
import type { TokenFault, TokenIdentity } from "../../../infra/isolation/types.ts";
import { generate } from "../../../infra/provider/pqc.ts";

const keys: Readonly<Record<string, ReturnType<typeof generate>>> = { alpha: generate(), bravo: generate() };
const verifier = new TokenVerifier((tenant) => keys[tenant.toLowerCase()]?.publicKey);
const verify = async (as: TokenIdentity) =>
  verifier.verify(l7Token(as, { seed: keys[as.signer]?.seed ?? "", publicKey: keys[as.names]?.publicKey ?? "" }));
const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Record<string, unknown>;

describe("a token of the proof", () => {
  it("is taken when nothing is wrong with it", async () => {
    expect(await verify({ signer: "alpha", names: "alpha" })).toMatchObject({ tenant: "ALPHA" });
  });

  it("of one tenant for another is refused for that alone", async () => {
    await expect(verify({ signer: "alpha", names: "bravo" })).rejects.toMatchObject({ code: "tenant_mismatch" });
  });

  it.each<[TokenFault, string, RegExp]>([
    ["borrowed_kid", "invalid_token", /signature/],
    ["rewritten", "invalid_token", /signature/],
    ["unsigned", "invalid_token", /signed one/],
    ["hmac_bytes", "invalid_token", /not signed with ML-DSA-87/],
    ["hmac_hex", "invalid_token", /not signed with ML-DSA-87/],
  ])("that is %s is refused for that", async (fault, code, message) => {
    await expect(verify({ signer: "alpha", names: "bravo", fault })).rejects.toMatchObject({
      ...{ status: 401, code, message: expect.stringMatching(message) },
    });
  });

  it.each<[TokenFault, string, RegExp]>([
    ["expired", "token_expired", /ended/],
    ["endless", "invalid_token", /exp: missing/],
    ["too_long", "invalid_token", /longer than 3600/],
    ["other_audience", "invalid_token", /aud/],
    ["other_issuer", "invalid_token", /iss/],
  ])("of the tenant that is %s is refused for that alone", async (fault, code, message) => {
    await expect(verify({ signer: "bravo", names: "bravo", fault })).rejects.toMatchObject({
      ...{ status: 401, code, message: expect.stringMatching(message) },
    });
  });

  it("names the victim, whatever is wrong with it", () => {
    const { seed, publicKey } = keys.alpha as ReturnType<typeof generate>;
    for (const fault of ["rewritten", "borrowed_kid", "unsigned", "hmac_bytes"] as const) {
      expect(claimsOf(l7Token({ signer: "alpha", names: "bravo", fault }, { seed, publicKey })).tenant_id).toBe(
        "BRAVO",
      );
    }
  });
});
