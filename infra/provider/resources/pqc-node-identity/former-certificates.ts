import { verified } from "../../pqc.ts";

/** Most that are kept; what older keys signed is then checked by a certificate that the operator kept. */
const MOST = 32;

/** Whose certificates are looked for. */
export interface CurrentKey {
  readonly node: string;
  readonly publicKey: string;
  readonly rootPublicKey: string;
}

/**
 * Certificates of the keys that a node had before its current one, oldest first: what they signed, the audit trail above
 * all, can be checked only by them.
 * @param known those of before
 * @param found certificates that were in use until now; only what the root signed for this node counts
 */
export function formerCertificates(
  { node, publicKey, rootPublicKey }: CurrentKey,
  known: readonly string[],
  found: readonly (string | undefined)[],
): string[] {
  const replaced = found.filter((text) => {
    if (text === undefined) return false;
    try {
      const { kind, subject, publicKey: key } = verified(text, rootPublicKey, new Date(0));
      return kind === "node" && subject === node && key !== publicKey;
    } catch {
      return false;
    }
  });
  return [...new Set([...known, ...replaced.map(String)])].slice(-MOST);
}
