import { AUDIT_CONTEXT } from "../../../runtime/dbe/audit/entry.ts";
import type { ChainHead } from "../../../runtime/dbe/audit/sql.ts";
import type { TailFinding } from "../../../runtime/dbe/audit/tail-statement.ts";
import { verifySignature } from "../../../runtime/pqc/verify-signature.ts";
import type { AuditStore } from "./audit-store.ts";

/** Signed rows that are looked at, from the end; each costs a verification. */
const LOOKED_AT = 64;

/**
 * Whose the rows at the end of the store's chain are, which is not the end that this node remembers. Its own are those up
 * to the row it remembers and, where it has forgotten what it wrote, up to the last one that its key has signed: every
 * batch it writes ends with a signature. All behind that was put there by somebody else, or is what is left of a batch.
 * @param publicKey hex of the node's public key
 */
export async function judgeTail(
  store: AuditStore,
  own: ChainHead,
  found: ChainHead,
  publicKey: string,
): Promise<TailFinding> {
  const kept = own.seq === 0 || (own.seq <= found.seq && (await store.hashOf(own.seq))?.equals(own.hash) === true);
  const signed = await store.signed(LOOKED_AT);
  const vouched = signed?.find(
    ({ seq, hash, signature }) => seq <= found.seq && verifySignature(publicKey, hash, signature, AUDIT_CONTEXT),
  );
  // Where signatures cannot be seen nothing is said of rows that this node may well have written.
  const sure = signed === undefined ? Math.min(own.seq, found.seq) : kept ? own.seq : 0;
  const last = Math.max(sure, vouched?.seq ?? 0);
  const foreign = found.seq > last ? { first: last + 1, last: found.seq } : undefined;
  return { own, found, gone: !kept, foreign };
}
