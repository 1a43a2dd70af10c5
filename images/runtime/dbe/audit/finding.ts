/**
 * What is wrong with entries of a chain.
 *
 * - `altered`: the entry is not the one that was written; with its hash, or without.
 * - `missing`: entries were taken out.
 * - `inserted`: the entry was put in.
 * - `reordered`: the entry was written under another number.
 * - `wrong_signature`: the node did not sign this hash: the entry, or one before it, was written by somebody else.
 * - `unsigned_tail`: no signature vouches for the last entries.
 * - `tail_removed`: the node has written more than is there.
 * - `other_head`: the node remembers another entry under this number.
 * - `foreign`: the node found the entries behind its own and did not write them, or cannot tell; it says so in its chain.
 * - `no_key`: entries are signed, but no public key of the node is known.
 */
export type FindingKind =
  | "altered"
  | "missing"
  | "inserted"
  | "reordered"
  | "wrong_signature"
  | "unsigned_tail"
  | "tail_removed"
  | "other_head"
  | "foreign"
  | "no_key";

/** Something wrong in a node's chain. */
export interface Finding {
  readonly node: string;
  /** The first entry concerned. */
  readonly seq: number;
  /** The last entry concerned; `seq` when it is one. */
  readonly last: number;
  readonly kind: FindingKind;
  /** For a person. */
  readonly detail: string;
}

/** `entry 7`, `entries 7 to 9` */
export const entriesOf = ({ seq, last }: Pick<Finding, "seq" | "last">): string =>
  seq === last ? `entry ${seq}` : `entries ${seq} to ${last}`;
