import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import type { IsolationReport } from "./report.ts";

/** A report with the fleet root's signature over it. */
export interface SignedReport {
  readonly report: IsolationReport;
  readonly signature: {
    readonly algorithm: "ML-DSA-87";
    readonly context: string;
    /** Hex, 2592 bytes. Who verifies compares it with the fleet's own. */
    readonly publicKey: string;
    /** Base64 over the canonical JSON of `report`. */
    readonly value: string;
  };
}

/** Keeps a signature made for this purpose from being taken for another (FIPS 204 §5.2). */
export const REPORT_CONTEXT = "dsmil isolation report v1";

/** @param seed the fleet root's 32-byte seed, hex */
export function signReport(report: IsolationReport, seed: string): SignedReport {
  const key = createPrivateKey({ key: Buffer.from(seed, "hex"), format: "raw-seed", asymmetricKeyType: "ml-dsa-87" });
  const value = sign(null, canonical(report), { key, context: Buffer.from(REPORT_CONTEXT) });
  const publicKey = createPublicKey(key).export({ format: "raw-public" });
  return {
    report,
    signature: {
      algorithm: "ML-DSA-87",
      context: REPORT_CONTEXT,
      publicKey: publicKey.toString("hex"),
      value: value.toString("base64"),
    },
  };
}

/**
 * Whether the signature is the root's and the report is as it was signed. The key inside the file is not trusted.
 * @param rootPublicKey the fleet root's public key, hex
 */
export function verifyReport({ report, signature }: SignedReport, rootPublicKey: string): boolean {
  if (signature?.algorithm !== "ML-DSA-87" || signature.context !== REPORT_CONTEXT) return false;
  const key = createPublicKey({
    key: Buffer.from(rootPublicKey, "hex"),
    format: "raw-public",
    asymmetricKeyType: "ml-dsa-87",
  });
  const value = Buffer.from(String(signature.value), "base64");
  return verify(null, canonical(report), { key, context: Buffer.from(REPORT_CONTEXT) }, value);
}

/** JSON with the keys of every object in order, so that formatting and order of keys do not matter (as RFC 8785). */
export function canonical(value: unknown): Buffer {
  return Buffer.from(
    JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ),
  );
}
