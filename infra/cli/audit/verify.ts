import type pg from "pg";
import { type Verification, verifyChain } from "../../../images/runtime/dbe/audit/verify-chain.ts";
import type { NodeMemory } from "./ask-nodes.ts";
import { type KeySources, nodeKeys } from "./keys.ts";
import { readChains } from "./read-chains.ts";

/** A verified trail. */
export interface AuditReport extends Verification {
  /** What could not be checked. */
  readonly notes: readonly string[];
}

/** What a trail is measured by. */
export interface AuditEvidence {
  readonly keys: Omit<KeySources, "certificates">;
  /** Certificates from files. */
  readonly certificates: readonly string[];
  /** What the nodes remember; asked before. */
  readonly memories: readonly NodeMemory[];
}

/** Checks every entry of the trail, or of one node's chain, against what nodes and root say. */
export async function verifyTrail(client: pg.Client, evidence: AuditEvidence, node?: string): Promise<AuditReport> {
  const memories = evidence.memories.filter((memory) => node === undefined || memory.node === node);
  const fromNodes = memories.flatMap(({ certificate }) => certificate ?? []);
  const { keys, notes } = nodeKeys({ ...evidence.keys, certificates: [...evidence.certificates, ...fromNodes] });
  const heads = new Map(memories.flatMap((m) => (m.heads.length > 0 ? [[m.node, m.heads] as const] : [])));
  const verified = await verifyChain(readChains(client, node), { keysOf: (id) => keys.get(id) ?? [], heads });
  return { ...verified, notes: [...memories.flatMap((m) => m.notes), ...notes] };
}
