import { verifyCertificate } from "../../../images/runtime/pqc/certificate.ts";

/** Where public keys of nodes are known from. */
export interface KeySources {
  /** Hex of the fleet root's public key. */
  readonly root: string;
  /** Node → hex of the public key that its stack certified. */
  readonly identities: ReadonlyMap<string, string>;
  /** Certificates of nodes, unverified: from the nodes, and from files for nodes and keys that are no more. */
  readonly certificates: readonly string[];
}

/** Keys to check signatures with. */
export interface NodeKeys {
  readonly keys: ReadonlyMap<string, readonly string[]>;
  /** Certificates that were not taken, and why. */
  readonly notes: readonly string[];
}

/** The keys that the root certified for each node, whether or not they still hold: what they signed, they signed. */
export function nodeKeys({ root, identities, certificates }: KeySources): NodeKeys {
  const keys = new Map([...identities].map(([node, key]) => [node, [key]]));
  const notes: string[] = [];
  for (const text of certificates) {
    try {
      const { subject } = JSON.parse(text) as { subject: string };
      // At the beginning of time no certificate has ended yet.
      const { publicKey } = verifyCertificate(text, root, "node", subject, 0);
      const known = keys.get(subject) ?? [];
      if (!known.includes(publicKey)) keys.set(subject, [...known, publicKey]);
    } catch (error) {
      notes.push(`a certificate was not taken: ${(error as Error).message}`);
    }
  }
  return { keys, notes };
}
