import { Backoff } from "../../../runtime/backoff.ts";
import { type ChainedEntry, GENESIS, link } from "../../../runtime/dbe/audit/entry.ts";
import type { ChainHead } from "../../../runtime/dbe/audit/sql.ts";
import { tailStatement } from "../../../runtime/dbe/audit/tail-statement.ts";
import { DbeError } from "../../../runtime/dbe/codec/error.ts";
import type { Log } from "../../../runtime/log.ts";
import { type AuditRow, emptyRow } from "./audit-row.ts";
import type { AuditStore } from "./audit-store.ts";
import { chainLines, type SpooledRow, signLast } from "./chain-batch.ts";
import { type Cursor, type ForeignRows, type Head, HeadFile, type LostHead } from "./head-file.ts";
import { judgeTail } from "./judge-tail.ts";
import { Spool } from "./spool.ts";
import { Wake } from "./wake.ts";

export interface AuditWriterOptions {
  readonly node: string;
  /** Folder on the node's disk for spool and head. */
  readonly dir: string;
  readonly store: AuditStore;
  /** Signs with the node's key. */
  readonly sign: (data: Buffer, context: string) => Promise<Buffer>;
  /** Hex of the public key to which `sign` belongs. */
  readonly publicKey: string;
  readonly log: Log;
  /** Bytes that may wait on disk (default 64 MiB). */
  readonly maxBytes?: number;
  /** Longest wait for a row that must be in Postgres, ms (default 3,000). */
  readonly requireMs?: number;
  /** How often the store's head is looked at while there is nothing to write, ms (default 15,000). */
  readonly idleMs?: number;
}

/** How the trail stands. */
export interface AuditStatus {
  readonly head: Head;
  /** Rows that wait on disk. */
  readonly spool: number;
  readonly spoolBytes: number;
  /** Why the store takes nothing now; undefined when it does. */
  readonly away: string | undefined;
  /** Rows that not even the disk took since the start. */
  readonly unwritten: number;
  /** Heads of this node that the store did not have any more. */
  readonly lost: readonly LostHead[];
  /** Rows that it had and that this node does not vouch for. */
  readonly foreign: readonly ForeignRows[];
}

interface Waiter {
  readonly position: number;
  readonly settle: (error?: Error) => void;
}

const BATCH = 200;

/**
 * The one writer of a node's chain. Every row goes to the node's disk first and from there, in order, to Postgres: a row
 * that was taken is neither lost nor written twice, whoever is killed.
 */
export class AuditWriter {
  private readonly options: Required<AuditWriterOptions>;
  private readonly head: HeadFile;
  private readonly spool: Spool;
  private readonly wake = new Wake();
  private readonly backoff = new Backoff(200, 2000);
  private waiters: Waiter[] = [];
  private committed = 0;
  private away: string | undefined = "not asked yet";
  private agreed = false;
  private unwritten = 0;
  private untold = 0;

  private constructor(options: Required<AuditWriterOptions>, head: HeadFile, spool: Spool) {
    this.options = options;
    this.head = head;
    this.spool = spool;
  }

  /** Opens spool and head. Throws when the folder or the head file cannot be used. */
  static async open(options: AuditWriterOptions): Promise<AuditWriter> {
    const { dir, node, maxBytes = 64 * 1024 * 1024 } = options;
    const head = new HeadFile(`${dir}/head.json`, node);
    await head.load();
    const spool = await Spool.open({ dir, maxBytes }, head.state.cursor);
    return new AuditWriter({ maxBytes, requireMs: 3000, idleMs: 15_000, ...options }, head, spool);
  }

  get status(): AuditStatus {
    const { head, lost, foreign } = this.head.state;
    const { length: spool, bytes: spoolBytes } = this.spool;
    return { head, spool, spoolBytes, away: this.away, unwritten: this.unwritten, lost, foreign };
  }

  /** Takes a row; when it returns true the row is on disk. False: the disk did not take it, which is counted and logged. */
  async note(row: AuditRow): Promise<boolean> {
    try {
      await this.spool.append(this.lineOf(row));
    } catch (error) {
      this.unwritten += 1;
      this.untold += 1;
      this.options.log.error({ reason: (error as Error).message, row }, "audit row not taken by the disk");
      return false;
    }
    this.wake.up();
    if (this.untold > 0) this.tellUnwritten();
    return true;
  }

  /** Returns when the row is committed in Postgres. Throws DbeError AUDIT_UNAVAILABLE otherwise. */
  async require(row: AuditRow): Promise<void> {
    if (this.away !== undefined) throw new DbeError("AUDIT_UNAVAILABLE", `the audit store is away: ${this.away}`);
    if (!(await this.note(row))) throw new DbeError("AUDIT_UNAVAILABLE", "the node's disk took no audit row");
    const position = this.committed + this.spool.length;
    await new Promise<void>((resolve, reject) => {
      const late = new Error(`not written within ${this.options.requireMs} ms`);
      const timer = setTimeout(() => waiter.settle(late), this.options.requireMs);
      const waiter: Waiter = {
        position,
        settle: (error) => {
          clearTimeout(timer);
          this.waiters = this.waiters.filter((other) => other !== waiter);
          if (error) reject(new DbeError("AUDIT_UNAVAILABLE", `the audit store: ${error.message}`));
          else resolve();
        },
      };
      this.waiters.push(waiter);
    });
  }

  /** Writes what the disk holds to Postgres until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (!this.agreed) await this.agree();
        const more = await this.writeBatch();
        this.reached();
        if (!more && !signal.aborted) {
          const woken = await this.wake.wait(this.options.idleMs, signal);
          // Nothing to write: what is there already is looked at.
          this.agreed = woken;
        }
      } catch (error) {
        this.failed(error as Error);
        await this.backoff.wait(signal);
      }
    }
  }

  /** Closes the files; call it when `run` has ended. */
  async close(): Promise<void> {
    for (const waiter of [...this.waiters]) waiter.settle(new Error("stopping"));
    await this.spool.close();
  }

  private lineOf(row: AuditRow): string {
    const spooled: SpooledRow = { ts: new Date().toISOString(), ...row };
    // Throws for what the trail would refuse: a row that can never be written must not stop the others.
    link(GENESIS, { ...spooled, node: this.options.node, seq: 1 });
    return JSON.stringify(spooled);
  }

  private tellUnwritten(): void {
    const row = emptyRow("dbe.refused", `${this.untold} audit rows could not be kept: the node's disk took none`);
    this.untold = 0;
    void this.note(row);
  }

  private async writeBatch(): Promise<boolean> {
    const { entries, rows, next } = await this.nextBatch();
    if (entries.length === 0) return false;
    const signed = await signLast(entries, this.options.sign);
    await this.options.store.append(signed);
    await this.advance(signed, rows, next);
    return true;
  }

  /** What is to be written next, and how many rows of it are the spool's. */
  private async nextBatch(): Promise<{ entries: readonly ChainedEntry[]; rows: number; next: Cursor }> {
    const { head, statements } = this.head.state;
    const { lines, next } = await this.spool.read(BATCH);
    const entries = chainLines(this.options.node, head, [...statements, ...lines]);
    return { entries, rows: lines.length, next };
  }

  private async advance(entries: readonly ChainedEntry[], rows: number, cursor: Cursor): Promise<void> {
    const last = entries.at(-1);
    if (!last) return;
    await this.head.save({ head: { seq: last.seq, hash: last.hash.toString("hex") }, cursor, statements: [] });
    await this.spool.drained(cursor, rows);
    this.committed += rows;
    for (const waiter of this.waiters.filter(({ position }) => position <= this.committed)) waiter.settle();
  }

  /** Compares the store's head with ours, and goes on from the store's. */
  private async agree(): Promise<void> {
    const found = await this.options.store.head();
    const { seq, hash } = this.head.state.head;
    if (found.seq !== seq || found.hash.toString("hex") !== hash) {
      // Killed after the commit and before we noted it: appending the same rows again is no fault.
      const { entries } = await this.nextBatch();
      if (!entries.some((entry) => entry.seq === found.seq && entry.hash.equals(found.hash))) await this.adopt(found);
    }
    this.agreed = true;
  }

  /** Goes on behind rows that this node does not remember; before all else it writes down what it found. */
  private async adopt(found: ChainHead): Promise<void> {
    const { head, lost, foreign, statements } = this.head.state;
    const own = { seq: head.seq, hash: Buffer.from(head.hash, "hex") };
    const tail = await judgeTail(this.options.store, own, found, this.options.publicKey);
    const detail = tailStatement(tail);
    this.options.log.error({ detail }, "the audit store does not end where this node left it");
    const [there, now] = [found.hash.toString("hex"), new Date().toISOString()];
    await this.head.save({
      head: { seq: found.seq, hash: there },
      statements: [...statements, this.lineOf(emptyRow("dbe.audit", detail))],
      ...(tail.gone && { lost: [...lost, { ...head, missed: now }] }),
      ...(tail.foreign && { foreign: [...foreign, { ...tail.foreign, hash: there, found: now }] }),
    });
  }

  private reached(): void {
    if (this.away !== undefined) this.options.log.info({ spool: this.spool.length }, "audit store is reached");
    this.away = undefined;
    this.backoff.succeeded();
  }

  private failed(error: Error): void {
    this.agreed = false;
    if (this.away !== error.message) this.options.log.warn({ reason: error.message }, "audit store takes nothing");
    this.away = error.message;
    for (const waiter of [...this.waiters]) waiter.settle(error);
  }
}
