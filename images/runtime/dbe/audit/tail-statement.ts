import type { AuditEntry } from "./entry.ts";
import type { ChainHead } from "./sql.ts";

/** What a node found where its chain should have ended. */
export interface TailFinding {
  /** The entry that it remembers as its last. */
  readonly own: ChainHead;
  /** The last entry that was there. */
  readonly found: ChainHead;
  /** Whether `own` was not there any more, or was another one. */
  readonly gone: boolean;
  /** Entries at the end that no signature of the node covers, and that it does not remember; undefined: there are none. */
  readonly foreign: { readonly first: number; readonly last: number } | undefined;
}

const FOREIGN = /; entries ([1-9]\d{0,15}) to ([1-9]\d{0,15}) are not vouched for$/;

/** The detail of the entry of kind `dbe.audit` that a node writes about it, before anything else. */
export function tailStatement({ own, found, gone, foreign }: TailFinding): string {
  const ends = `this node's chain ended with ${named(own)}, the trail with ${named(found)}`;
  const what = gone ? `; entry ${own.seq} is gone or another one` : "";
  if (foreign) return `${ends}${what}; entries ${foreign.first} to ${foreign.last} are not vouched for`;
  return `${ends}${what}; the node has signed what is there`;
}

/** The entries before it that an entry says are not vouched for. */
export function foreignIn({ kind, seq, detail }: AuditEntry): TailFinding["foreign"] {
  if (kind !== "dbe.audit") return undefined;
  const [first = 0, last = 0] = (FOREIGN.exec(detail) ?? []).slice(1).map(Number);
  return first >= 1 && first <= last && last < seq ? { first, last } : undefined;
}

const named = ({ seq, hash }: ChainHead): string => (seq === 0 ? "no entry" : `entry ${seq} (${hash.toString("hex")})`);
