import type { ChainedEntry } from "../../../runtime/dbe/audit/entry.ts";
import type { ChainHead } from "../../../runtime/dbe/audit/sql.ts";

/** Where the trail is kept for good. */
export interface AuditStore {
  /** The last row of this node's chain there. */
  head(): Promise<ChainHead>;
  /** Appends all of these or none; rows that are there already are no fault. Returns when they are committed. */
  append(entries: readonly ChainedEntry[]): Promise<void>;
}
