import type { AuditStore } from "../../../../images/dbe-gateway/src/audit/audit-store.ts";
import { type ChainedEntry, chain, GENESIS } from "../../../../images/runtime/dbe/audit/entry.ts";
import type { SignedHead } from "../../../../images/runtime/dbe/audit/sql.ts";

/** What a memory store does to the next calls. */
export type Fault = "none" | "away" | "commits, then breaks";

/** The trail in memory, by the rules of the real one: rows follow each other; those that are there are passed over. */
export class MemoryStore implements AuditStore {
  readonly rows: ChainedEntry[] = [];
  fault: Fault = "none";
  /** As a trail of a release before nodes saw signatures. */
  hidesSignatures = false;

  async head(): Promise<{ seq: number; hash: Buffer }> {
    if (this.fault === "away") throw new Error("connection refused");
    return { seq: this.rows.length, hash: this.rows.at(-1)?.hash ?? GENESIS };
  }

  async hashOf(seq: number): Promise<Buffer | undefined> {
    if (this.fault === "away") throw new Error("connection refused");
    return this.rows[seq - 1]?.hash;
  }

  async signed(limit: number): Promise<readonly SignedHead[] | undefined> {
    if (this.fault === "away") throw new Error("connection refused");
    if (this.hidesSignatures) return undefined;
    const found = this.rows.flatMap(({ seq, hash, signature }) => (signature ? [{ seq, hash, signature }] : []));
    return found.toReversed().slice(0, limit);
  }

  async append(entries: readonly ChainedEntry[]): Promise<void> {
    if (this.fault === "away") throw new Error("connection refused");
    for (const entry of entries) this.take(entry);
    if (this.fault !== "commits, then breaks") return;
    this.fault = "none";
    throw new Error("connection terminated");
  }

  private take(entry: ChainedEntry): void {
    const there = this.rows[entry.seq - 1];
    if (there?.hash.equals(entry.hash)) return;
    const prev = this.rows.at(-1)?.hash ?? GENESIS;
    const { prevHash, hash, signature: _signature, ...rest } = entry;
    if (there || entry.seq !== this.rows.length + 1 || !prevHash.equals(prev)) throw new Error("the chain would fork");
    if (!chain(prevHash, rest).equals(hash)) throw new Error("the hash of another entry");
    this.rows.push(entry);
  }
}
