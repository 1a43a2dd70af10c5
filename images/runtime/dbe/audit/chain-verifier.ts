import { verifySignature } from "../../pqc/verify-signature.ts";
import { AUDIT_CONTEXT, type ChainedEntry, GENESIS } from "./entry.ts";
import { Findings } from "./findings.ts";
import { ForeignStatements } from "./foreign-statements.ts";
import type { ChainHead } from "./sql.ts";
import { WrittenNumber } from "./written-number.ts";

/** Most numbers that are remembered as skipped by entries that were moved. */
const MAX_SKIPPED = 10_000;

/** What is remembered of the entry before. */
interface Before {
  readonly seq: number;
  /** Number under which it was written. */
  readonly written: number;
  readonly prevHash: Buffer;
  readonly hash: Buffer;
  /** Its hash is that of its content under its own number. */
  readonly sound: boolean;
}

/** Follows the chain of one node, entry by entry in the order of their numbers, in bounded memory. */
export class ChainVerifier {
  readonly findings: Findings;
  readonly #keys: readonly string[];
  readonly #heads: readonly ChainHead[];
  readonly #number = new WrittenNumber();
  readonly #skipped = new Set<number>();
  readonly #foreign = new ForeignStatements();
  #before: Before = { seq: 0, written: 0, prevHash: GENESIS, hash: GENESIS, sound: true };
  /** Two neighbours that do not fit, until the next entry says which of them is wrong. */
  #misfit: readonly [Before, Before] | undefined;
  #entries = 0;
  #signed = 0;
  #lastSigned = 0;
  /** The last entry with a signature that holds. */
  #vouchedTo = 0;

  /**
   * @param keys hex of the node's public keys, all that it ever had; none: signatures cannot be checked, which is a finding
   * @param heads entries that the node remembers to have written, asked before the entries were read
   */
  constructor(node: string, keys: readonly string[], heads: readonly ChainHead[] = []) {
    this.findings = new Findings(node);
    this.#keys = keys;
    this.#heads = heads;
  }

  /** Entries seen, and how many of them are signed. */
  get counts(): { readonly entries: number; readonly signed: number; readonly last: number } {
    return { entries: this.#entries, signed: this.#signed, last: this.#before.seq };
  }

  push(entry: ChainedEntry): void {
    this.#entries++;
    const { seq } = entry;
    const { findings } = this;
    const before = this.#before;
    if (seq <= before.seq) {
      findings.add("inserted", seq, "is there a second time");
      return;
    }
    const written = this.#number.of(entry, before.written - before.seq);
    const here: Before = {
      seq,
      written: written ?? seq + before.written - before.seq,
      prevHash: entry.prevHash,
      hash: entry.hash,
      sound: written === seq,
    };
    if (seq > before.seq + 1) findings.add("missing", before.seq + 1, "is not there", seq - 1);
    if (written === undefined) findings.add("altered", seq, "is not what its hash was made of");
    else if (written !== seq) this.#moved(here);
    this.#skipped.delete(here.written);
    const vouched = this.#signature(entry);
    if (written === seq) this.#foreign.take(entry);
    if (written !== undefined && seq === before.seq + 1) this.#follows(here, vouched);
    else this.#settle(undefined);
    if (this.#heads.some((head) => head.seq === seq && !head.hash.equals(entry.hash))) {
      findings.add("other_head", seq, "is not the entry that the node remembers");
    }
    this.#before = here;
  }

  /** Says that no entry follows. */
  end(): void {
    const { findings } = this;
    const { seq } = this.#before;
    this.#settle(undefined);
    for (const number of [...this.#skipped].sort((a, b) => a - b)) {
      findings.add("missing", number, "was taken out, and those after it were renumbered");
    }
    for (const { first, last } of this.#foreign.until(this.#keys.length === 0 ? seq : this.#vouchedTo)) {
      findings.add("foreign", first, "was there before the node went on, which does not vouch for it", last);
    }
    if (seq > this.#lastSigned) {
      findings.add("unsigned_tail", this.#lastSigned + 1, "is not covered by any signature of the node", seq);
    }
    if (this.#keys.length === 0 && this.#signed > 0) {
      findings.add("no_key", 1, "cannot be checked: no public key of the node is known, give its certificate", seq);
    }
    const remembered = Math.max(0, ...this.#heads.map((head) => head.seq));
    if (remembered > seq) {
      findings.add("tail_removed", seq + 1, "is not there, but the node has written it", remembered);
    }
  }

  #moved({ seq, written }: Before): void {
    const away = seq - written;
    this.findings.add("reordered", seq, `stands ${Math.abs(away)} ${away > 0 ? "after" : "before"} its place`);
    for (let number = this.#before.written + 1; number < written; number++) {
      if (this.#skipped.size >= MAX_SKIPPED) return;
      this.#skipped.add(number);
    }
  }

  /** Whether the node vouches for this entry's hash, and thereby for the entry and all before it. */
  #signature({ seq, hash, signature }: ChainedEntry): boolean {
    if (signature === null) return false;
    this.#signed++;
    this.#lastSigned = seq;
    const good = this.#keys.some((key) => verifySignature(key, hash, signature, AUDIT_CONTEXT));
    if (good) this.#vouchedTo = seq;
    if (!good && this.#keys.length > 0) {
      this.findings.add("wrong_signature", seq, "is not signed by the node: it, or one before it, was written anew");
    }
    return good;
  }

  /** Whether an entry that is what its hash says goes on from the one before. */
  #follows(here: Before, vouched: boolean): void {
    const before = this.#before;
    if (this.#settle(here)) return;
    if (here.prevHash.equals(before.hash)) return;
    if (before.seq > 0 && here.prevHash.equals(before.prevHash)) {
      this.findings.add("inserted", before.seq, "is not the entry that the next one follows");
    } else if (before.sound && here.sound) {
      this.#misfit = [before, here];
      if (vouched || before.seq === 0) this.#settle(undefined);
    }
  }

  /** Says which of two misfits is wrong. True: the next entry shows that the second was put in, and fits itself. */
  #settle(next: Before | undefined): boolean {
    if (this.#misfit === undefined) return false;
    const [first, second] = this.#misfit;
    this.#misfit = undefined;
    if (next?.prevHash.equals(first.hash)) {
      this.findings.add("inserted", second.seq, "is not the entry that the next one follows");
      return true;
    }
    if (first.seq === 0) this.findings.add("altered", second.seq, "does not begin the chain");
    else
      this.findings.add("altered", first.seq, "was written anew with another hash, the next one follows another entry");
    return false;
  }
}
