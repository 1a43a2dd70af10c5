import { readFile } from "node:fs/promises";
import { MAX_CERTIFICATE_LENGTH } from "../../pqc/certificate.ts";
import { KeyError } from "./key-error.ts";

/** What a node's own certificate says, read before anything can be verified: peers do that, under the root. */
export interface OwnCertificate {
  /** The text as it lies in the file, without its line feed. */
  readonly text: string;
  /** Hex of the raw public key. */
  readonly publicKey: string;
}

/**
 * Reads the certificate that the deployer laid beside the node's key.
 * @throws KeyError `missing`, `malformed`, or `other-key` when it speaks of another node
 */
export async function ownCertificate(file: string, node: string): Promise<OwnCertificate> {
  const content = await readFile(file, "utf8").catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new KeyError(
      "missing",
      `the node's certificate ${file} cannot be read (${code}); lay it again with: dsmil up`,
    );
  });
  const text = content.trim();
  const { subject, kind, publicKey } = fields(text);
  if (typeof publicKey !== "string" || kind !== "node") {
    throw new KeyError("malformed", `${file} is no certificate of a node; lay it again with: dsmil up --refresh`);
  }
  if (subject !== node) {
    throw new KeyError(
      "other-key",
      `${file} is the certificate of ${String(subject).slice(0, 64)}, this node is ${node}`,
    );
  }
  return { text, publicKey };
}

function fields(text: string): Readonly<Record<string, unknown>> {
  if (text.length > MAX_CERTIFICATE_LENGTH) return {};
  try {
    return (JSON.parse(text) ?? {}) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
