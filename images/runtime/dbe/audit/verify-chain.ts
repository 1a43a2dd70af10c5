import { ChainVerifier } from "./chain-verifier.ts";
import type { ChainedEntry } from "./entry.ts";
import type { Finding } from "./finding.ts";
import type { ChainHead } from "./sql.ts";

/** What a trail is measured by. */
export interface Trust {
  /** Hex of the public keys that a node ever had; empty: none is known. */
  keysOf(node: string): readonly string[];
  /**
   * Entries that nodes remember: the last one that each wrote, and what it found gone from the table. To be asked before
   * the entries are read, as more may come in between.
   */
  readonly heads?: ReadonlyMap<string, readonly ChainHead[]>;
}

/** What was seen of one node's chain. */
export interface ChainCount {
  readonly node: string;
  readonly entries: number;
  readonly signed: number;
  /** Number of the last entry. */
  readonly last: number;
}

/** What became of a verification. */
export interface Verification {
  readonly chains: readonly ChainCount[];
  /** By node and number; empty: every entry is as it was written. */
  readonly findings: readonly Finding[];
  /** Findings that are left out, as there were too many. */
  readonly omitted: number;
}

/**
 * Recomputes every hash, follows every chain and checks every signature. Memory is that of one batch.
 * @param batches entries by node, then by number
 */
export async function verifyChain(
  batches: AsyncIterable<readonly ChainedEntry[]> | Iterable<readonly ChainedEntry[]>,
  trust: Trust,
): Promise<Verification> {
  const { heads = new Map<string, readonly ChainHead[]>() } = trust;
  const done: { node: string; verifier: ChainVerifier }[] = [];
  const begin = (node: string): ChainVerifier => {
    const verifier = new ChainVerifier(node, trust.keysOf(node), heads.get(node));
    done.at(-1)?.verifier.end();
    done.push({ node, verifier });
    return verifier;
  };
  for await (const batch of batches) {
    for (const entry of batch) {
      const current = done.at(-1);
      (current?.node === entry.node ? current.verifier : begin(entry.node)).push(entry);
    }
  }
  // A node that wrote something, and nothing of it is there.
  for (const node of heads.keys()) if (!done.some((chain) => chain.node === node)) begin(node);
  done.at(-1)?.verifier.end();
  return {
    chains: done.map(({ node, verifier }) => ({ node, ...verifier.counts })),
    findings: done.flatMap(({ verifier }) => verifier.findings.all),
    omitted: done.reduce((sum, { verifier }) => sum + verifier.findings.omitted, 0),
  };
}
