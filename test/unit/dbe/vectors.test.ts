import { createPrivateKey, createPublicKey, decapsulate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { respond } from "../../../images/runtime/dbe/handshake/key-share.ts";
import { expand, extract } from "../../../images/runtime/dbe/session/hkdf.ts";
import { signer } from "../../../images/runtime/pqc/signer.ts";
import { verifySignature } from "../../../images/runtime/pqc/verify-signature.ts";
import acvpDsa from "./vectors/acvp-ml-dsa-87.json" with { type: "json" };
import acvpKem from "./vectors/acvp-ml-kem-1024.json" with { type: "json" };
import wycheproofEcdh from "./vectors/wycheproof-ecdh-p384.json" with { type: "json" };
import wycheproofHkdf from "./vectors/wycheproof-hkdf-sha384.json" with { type: "json" };
import wycheproofDsa from "./vectors/wycheproof-ml-dsa-87.json" with { type: "json" };
import wycheproofKem from "./vectors/wycheproof-ml-kem-1024.json" with { type: "json" };

const bytes = (hex: string): Buffer => Buffer.from(hex, "hex");
const kemSeed = (key: Buffer) => createPrivateKey({ key, format: "raw-seed", asymmetricKeyType: "ml-kem-1024" });
const publicOf = (key: ReturnType<typeof createPrivateKey>) =>
  createPublicKey(key).export({ format: "raw-public" }).toString("hex");

/** An expanded ML-KEM-1024 key as PKCS#8 (RFC 9935 §6): how a key without its seed comes in. */
function expandedKem(dk: string) {
  const head = "30820c78020100300b060960864801650304040304820c6404820c60";
  const key = bytes(`${head}${dk}`);
  return createPrivateKey({ key, format: "der", type: "pkcs8" });
}

/** A share whose other half is right. */
const goodPoint = bytes(wycheproofEcdh.tests[0]?.public ?? "");
const goodKem = bytes(acvpKem.keyGen[0]?.ek ?? "");

describe(`ML-KEM-1024: ${acvpKem.source}`, () => {
  it.each(acvpKem.keyGen)("keyGen $tcId", ({ d, z, ek }) => {
    expect(publicOf(kemSeed(bytes(d + z)))).toBe(ek);
  });

  // Node's encapsulate takes no randomness of the caller: an encapsulation is checked from its other end.
  it.each(acvpKem.encapsulation)("encapsulation $tcId, opened again", ({ dk, ek, c, k }) => {
    expect(publicOf(expandedKem(dk))).toBe(ek);
    expect(decapsulate(expandedKem(dk), bytes(c)).toString("hex")).toBe(k);
  });

  it.each(acvpKem.decapsulation)("decapsulation $tcId: $reason", ({ dk, c, k }) => {
    expect(decapsulate(expandedKem(dk), bytes(c)).toString("hex")).toBe(k);
  });

  it.each(acvpKem.encapsulationKeyCheck)("encapsulation key $tcId: $reason", ({ ek, testPassed }) => {
    const use = () => respond({ point: goodPoint, encapsulationKey: bytes(ek) });
    if (testPassed) expect(use().ciphertext).toHaveLength(1568);
    else expect(use).toThrow("MALFORMED");
  });
});

describe(`ML-KEM-1024: ${wycheproofKem.source}`, () => {
  it.each(wycheproofKem.decapsulation)("decapsulation $tcId is $result", ({ seed, ek, c, K, result }) => {
    if (result === "valid") {
      expect(publicOf(kemSeed(bytes(seed)))).toBe(ek);
      expect(decapsulate(kemSeed(bytes(seed)), bytes(c)).toString("hex")).toBe(K);
    } else expect(() => decapsulate(kemSeed(bytes(seed)), bytes(c))).toThrow();
  });

  it.each(wycheproofKem.encapsulation)("encapsulation key $tcId is $result", ({ ek, result }) => {
    const use = () => respond({ point: goodPoint, encapsulationKey: bytes(ek) });
    if (result === "valid") expect(use().ciphertext).toHaveLength(1568);
    else expect(use).toThrow("MALFORMED");
  });
});

describe(`ML-DSA-87: ${acvpDsa.source}`, () => {
  it.each(acvpDsa.keyGen)("keyGen $tcId", ({ seed, pk }) => {
    expect(signer(seed).publicKey).toBe(pk);
  });

  it.each(acvpDsa.sigVer)("sigVer $tcId with context: $reason", ({ pk, message, signature, context, testPassed }) => {
    expect(verifySignature(pk, bytes(message), bytes(signature), bytes(context))).toBe(testPassed);
  });
});

describe(`ML-DSA-87: ${wycheproofDsa.source}`, () => {
  it.each(wycheproofDsa.tests)("$tcId $flags is $result", ({ publicKey, msg, sig, ctx, result }) => {
    expect(verifySignature(publicKey, bytes(msg), bytes(sig), bytes(ctx))).toBe(result === "valid");
  });
});

describe(`ECDH P-384: ${wycheproofEcdh.source}`, () => {
  it.each(wycheproofEcdh.tests)("$tcId $flags is $result", ({ public: point, result }) => {
    const use = () => respond({ point: bytes(point), encapsulationKey: goodKem });
    if (result === "valid") expect(use().point).toHaveLength(97);
    // "acceptable" is the compressed form: one form only is taken.
    else expect(use).toThrow("MALFORMED");
  });
});

describe(`HKDF-SHA-384: ${wycheproofHkdf.source}`, () => {
  it.each(wycheproofHkdf.tests)("$tcId", ({ ikm, salt, info, size, okm }) => {
    const label = bytes(info).toString("latin1");
    expect(expand(extract(bytes(salt), bytes(ikm)), label, size).toString("hex")).toBe(okm);
  });
});
