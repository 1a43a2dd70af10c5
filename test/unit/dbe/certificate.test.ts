import { describe, expect, it } from "vitest";
import { MAX_CERTIFICATE_LENGTH, verifyCertificate } from "../../../images/runtime/pqc/certificate.ts";
import { signer } from "../../../images/runtime/pqc/signer.ts";
import { verifySignature } from "../../../images/runtime/pqc/verify-signature.ts";
import { generate, issue } from "../../../infra/provider/pqc.ts";
import { NOW } from "./support/envelopes.ts";

const root = generate();
const node = generate();
const issued = new Date(NOW - 1000);
const good = issue(root.seed, "node", "node-a", node.publicKey, new Date(NOW + 1000), issued);
const verify = (text: string, now = NOW) => verifyCertificate(text, root.publicKey, "node", "node-a", now);
const changed = (fields: object): string => JSON.stringify({ ...JSON.parse(good), ...fields });

describe("a certificate", () => {
  it("of the deployer holds, also with a line's end and in another order", () => {
    expect(verify(good)).toMatchObject({ subject: "node-a", publicKey: node.publicKey });
    const turned = Object.fromEntries(Object.entries(JSON.parse(good)).reverse());
    expect(verify(`${JSON.stringify(turned, null, 2)}\n`).kind).toBe("node");
  });

  it("holds until its end, or without one for good", () => {
    expect(() => verify(good, NOW + 1000)).toThrow("ended");
    expect(
      verify(issue(root.seed, "node", "node-a", node.publicKey, undefined, issued), NOW * 2).notAfter,
    ).toBeUndefined();
  });

  it("says what a node's TPM must show: all of it or nothing, in one form", () => {
    const facts = { attestationKey: "30".repeat(91), pcrs: "sha256:0,7", pcrDigest: "ab".repeat(32) };
    const about = (changes: Readonly<Record<string, string>>) =>
      verify(issue(root.seed, "node", "node-a", node.publicKey, undefined, issued, changes));
    expect(about(facts)).toMatchObject(facts);
    const { attestationKey, pcrs, pcrDigest } = facts;
    const bad: Readonly<Record<string, string>>[] = [
      { attestationKey },
      { pcrs },
      { attestationKey, pcrDigest },
      { ...facts, attestationKey: "" },
      { ...facts, attestationKey: "30".repeat(513) },
      { ...facts, pcrs: "sha1:0,7" },
      { ...facts, pcrs: "sha256:24" },
      { ...facts, pcrDigest: pcrDigest.slice(2) },
      { ...facts, pcrDigest: pcrDigest.toUpperCase() },
    ];
    for (const changes of bad) expect(() => about(changes)).toThrow("not a certificate");
  });

  it.each([
    ["another root", () => verifyCertificate(good, node.publicKey, "node", "node-a", NOW), "not signed"],
    ["another subject", () => verifyCertificate(good, root.publicKey, "node", "node-b", NOW), "node node-b is needed"],
    ["another kind", () => verifyCertificate(good, root.publicKey, "tenant", "node-a", NOW), "tenant node-a is needed"],
    ["a root that is none", () => verifyCertificate(good, "00", "node", "node-a", NOW), "not signed"],
    ["a changed subject", () => verify(changed({ subject: "node-b" })), "not signed"],
    ["a changed key", () => verify(changed({ publicKey: root.publicKey })), "not signed"],
    ["a later end", () => verify(changed({ notAfter: "2999-01-01T00:00:00Z" })), "not signed"],
    ["no end any more", () => verify(changed({ notAfter: undefined })), "not signed"],
    ["an added field", () => verify(changed({ admin: true })), "not signed"],
    ["an added prototype", () => verify(good.replace("{", '{"__proto__":{},')), "not signed"],
    ["a key in upper case", () => verify(changed({ publicKey: node.publicKey.toUpperCase() })), "not a certificate"],
    ["a short key", () => verify(changed({ publicKey: "00" })), "not a certificate"],
    ["a short signature", () => verify(changed({ signature: "00" })), "not a certificate"],
    ["an end that is no time", () => verify(changed({ notAfter: "never" })), "not a certificate"],
    ["version 2", () => verify(changed({ v: 2 })), "not a certificate"],
    ["no kind", () => verify(changed({ kind: undefined })), "not a certificate"],
    ["a list", () => verify("[]"), "is an object"],
    ["null", () => verify("null"), "is an object"],
    ["no JSON", () => verify("-----BEGIN CERTIFICATE-----"), "must be JSON"],
    ["too much text", () => verify(" ".repeat(MAX_CERTIFICATE_LENGTH + 1)), "at most"],
  ])("does not hold with %s", (_what, check, message) => {
    expect(check).toThrow(message);
  });
});

describe("signatures", () => {
  const key = signer(node.seed);
  const data = Buffer.from("data");

  it("hold for their key, data and context only", async () => {
    const signature = await key.sign(data, "one");
    expect(key.publicKey).toBe(node.publicKey);
    expect(verifySignature(key.publicKey, data, signature, "one")).toBe(true);
    expect(verifySignature(key.publicKey, data, signature, "two")).toBe(false);
    expect(verifySignature(key.publicKey, Buffer.from("dat"), signature, "one")).toBe(false);
    expect(verifySignature(root.publicKey, data, signature, "one")).toBe(false);
    expect(verifySignature(key.publicKey, data, signature.subarray(1), "one")).toBe(false);
    expect(verifySignature("zz", data, signature, "one")).toBe(false);
    expect(verifySignature(key.publicKey, data, signature, "x".repeat(256))).toBe(false);
  });

  it("need a seed of 32 bytes", () => {
    for (const seed of ["", "00", "zz".repeat(32), node.publicKey]) expect(() => signer(seed)).toThrow("32 bytes");
  });
});
