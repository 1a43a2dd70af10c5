import type { AuditEntry } from "./entry.ts";
import { foreignIn } from "./tail-statement.ts";

/** Most statements that are remembered of one chain. */
const MAX_STATEMENTS = 10_000;

interface Statement {
  /** The entry that says it. */
  readonly seq: number;
  readonly first: number;
  readonly last: number;
}

/** What the entries of a chain say about entries before them that the node does not vouch for. */
export class ForeignStatements {
  readonly #all: Statement[] = [];

  /** To be called for each entry in order. */
  take(entry: AuditEntry): void {
    const foreign = foreignIn(entry);
    if (foreign && this.#all.length < MAX_STATEMENTS) this.#all.push({ seq: entry.seq, ...foreign });
  }

  /**
   * The entries that are not vouched for, by number.
   * @param vouchedTo the last entry that a signature covers: what stands behind it may be said by anybody. The latest
   * statement counts first, as one that stands among entries that are not vouched for is none.
   */
  until(vouchedTo: number): readonly { readonly first: number; readonly last: number }[] {
    const good: Statement[] = [];
    for (const one of this.#all.toReversed()) {
      const put = good.some(({ first, last }) => one.seq >= first && one.seq <= last);
      if (one.seq <= vouchedTo && !put) good.unshift(one);
    }
    return good;
  }
}
