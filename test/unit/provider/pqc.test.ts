import { describe, expect, it } from "vitest";
import { generate, holds, issue, publicKeyOf, verified } from "../../../infra/provider/pqc.ts";

const root = generate();
const key = generate();
const day = 86_400_000;

describe("certificates", () => {
  const text = issue(root.seed, "tenant", "alpha", key.publicKey);

  it("hold for their subject, kind and key only", () => {
    expect(holds(text, root.publicKey, "tenant", "alpha", key.publicKey)).toBe(true);
    expect(holds(text, root.publicKey, "node", "alpha", key.publicKey)).toBe(false);
    expect(holds(text, root.publicKey, "tenant", "bravo", key.publicKey)).toBe(false);
    expect(holds(text, root.publicKey, "tenant", "alpha", root.publicKey)).toBe(false);
    expect(holds(text, key.publicKey, "tenant", "alpha", key.publicKey)).toBe(false);
  });

  it.each(["subject", "kind", "publicKey", "issuedAt", "signature"])("are void when %s is changed", (field) => {
    const changed = JSON.parse(text) as Record<string, string>;
    changed[field] = (changed[field] ?? "").replace(/.$/, (last) => (last === "0" ? "1" : "0"));
    expect(() => verified(JSON.stringify(changed), root.publicKey)).toThrow(/not signed|ML-DSA/);
  });

  it("are void when a field is added, whatever the order of the others", () => {
    const certificate = JSON.parse(text) as object;
    const turned = Object.fromEntries(Object.entries(certificate).reverse());
    expect(verified(JSON.stringify(turned, null, 2), root.publicKey).subject).toBe("alpha");
    expect(() => verified(JSON.stringify({ ...certificate, role: "admin" }), root.publicKey)).toThrow("not signed");
  });

  it("end when they say", () => {
    const short = issue(root.seed, "node", "node-a", key.publicKey, new Date(Date.now() + day));
    expect(verified(short, root.publicKey).notAfter).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(() => verified(short, root.publicKey, new Date(Date.now() + 2 * day))).toThrow("ended");
  });

  it("are canonical JSON", () => {
    expect(text).toBe(JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text)).sort())));
  });

  it.each(["", "{}", "[]", "null", '{"v":2}'])("are not %j", (other) => {
    expect(() => verified(other, root.publicKey)).toThrow();
  });
});

describe("keys", () => {
  it("follow from their seed", () => {
    expect(publicKeyOf(root.seed)).toBe(root.publicKey);
    expect([root.seed.length, root.publicKey.length]).toEqual([64, 5184]);
  });

  it("are refused in any other form", () => {
    expect(() => publicKeyOf("00")).toThrow("not an ML-DSA-87 seed: 32 bytes in hex");
    expect(() => publicKeyOf("zz".repeat(32))).toThrow();
  });
});
