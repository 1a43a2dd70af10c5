import { createPrivateKey, createPublicKey, randomBytes, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { makeReport } from "../../../infra/isolation/report.ts";
import {
  canonical,
  REPORT_CONTEXT,
  type SignedReport,
  signReport,
  verifyReport,
} from "../../../infra/isolation/signature.ts";

const newKey = () => {
  const seed = randomBytes(32).toString("hex");
  const key = createPrivateKey({ key: Buffer.from(seed, "hex"), format: "raw-seed", asymmetricKeyType: "ml-dsa-87" });
  return { seed, key, publicKey: createPublicKey(key).export({ format: "raw-public" }).toString("hex") };
};
const report = makeReport(
  { fleet: "dsmil", manifest: "m", tenants: ["alpha", "bravo"], startedAt: new Date(0), seconds: 2 },
  [],
);
const root = newKey();
const copy = (signed: SignedReport): SignedReport => JSON.parse(JSON.stringify(signed)) as SignedReport;

describe("a signed report", () => {
  const signed = signReport(report, root.seed);

  it("is genuine after a round trip through any formatting", () => {
    expect(verifyReport(copy(signed), root.publicKey)).toBe(true);
    const reversed = Object.fromEntries(Object.entries(report).reverse()) as unknown as typeof report;
    expect(verifyReport({ ...copy(signed), report: reversed }, root.publicKey)).toBe(true);
  });

  it("is not when one value was changed", () => {
    const changed = { ...copy(signed), report: { ...report, summary: { ...report.summary, passed: true } } };
    expect(verifyReport(changed, root.publicKey)).toBe(false);
  });

  it("is not by another key, even when the file brings that key along", () => {
    const other = newKey();
    expect(verifyReport(signReport(report, other.seed), root.publicKey)).toBe(false);
  });

  it("is not when the root signed the same bytes for another purpose", () => {
    const value = sign(null, canonical(report), { key: root.key, context: Buffer.from("something else") }).toString(
      "base64",
    );
    expect(verifyReport({ report, signature: { ...signed.signature, value } }, root.publicKey)).toBe(false);
    expect(
      verifyReport({ report, signature: { ...signed.signature, context: "something else" } }, root.publicKey),
    ).toBe(false);
    expect(signed.signature.context).toBe(REPORT_CONTEXT);
  });

  it("is not when the signature is missing or rubbish", () => {
    expect(verifyReport({ report } as SignedReport, root.publicKey)).toBe(false);
    expect(verifyReport({ report, signature: { ...signed.signature, value: "AAAA" } }, root.publicKey)).toBe(false);
  });
});
