import type { ChainedEntry } from "../../../runtime/dbe/audit/entry.ts";
import type { ChainHead, SignedHead } from "../../../runtime/dbe/audit/sql.ts";

/** Where the trail is kept for good. */
export interface AuditStore {
  /** The last row of this node's chain there. */
  head(): Promise<ChainHead>;
  /** Hash of one row of this node's chain there; undefined: there is no such row. */
  hashOf(seq: number): Promise<Buffer | undefined>;
  /** The last rows there that have a signature, latest first; undefined: this node may not see signatures. */
  signed(limit: number): Promise<readonly SignedHead[] | undefined>;
  /** Appends all of these or none; rows that are there already are no fault. Returns when they are committed. */
  append(entries: readonly ChainedEntry[]): Promise<void>;
}
