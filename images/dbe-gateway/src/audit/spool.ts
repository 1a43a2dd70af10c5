import { readdir, unlink } from "node:fs/promises";
import type { Cursor } from "./head-file.ts";
import { SegmentFile } from "./segment-file.ts";

/** Entries of one read, with the cursor behind them. */
export interface SpoolBatch {
  readonly lines: readonly string[];
  readonly next: Cursor;
}

export interface SpoolOptions {
  /** Folder on the node's disk. */
  readonly dir: string;
  /** Bytes that may wait in sum; beyond, appending fails. */
  readonly maxBytes: number;
  /** Bytes after which a new segment is begun. */
  readonly segmentBytes?: number;
}

interface Waiting {
  readonly text: string;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Longest entry: 500 characters of detail, escaped, and the fields around it. */
const MAX_LINE = 8192;
const NAME = /^spool-(\d{1,12})\.jsonl$/;

/**
 * Entries on their way to Postgres: an append-only log on the node's disk, in segments. Appends that arrive while one is
 * written go to disk together. What is behind the cursor is dropped a segment at a time.
 */
export class Spool {
  private readonly options: Required<SpoolOptions>;
  private readonly segments = new Map<number, SegmentFile>();
  private waiting: Waiting[] = [];
  /** Changes in the same turn as what it speaks of; the promise settles later. */
  private busy = false;
  private writing: Promise<void> = Promise.resolve();
  private cursor: Cursor;
  private unread = 0;

  private constructor(options: SpoolOptions, cursor: Cursor) {
    this.options = { segmentBytes: 1024 * 1024, ...options };
    this.cursor = cursor;
  }

  /** Opens the log of `dir`, which begins at `cursor`. */
  static async open(options: SpoolOptions, cursor: Cursor): Promise<Spool> {
    const spool = new Spool(options, cursor);
    const found = (await readdir(options.dir)).map((name) => Number(NAME.exec(name)?.[1] ?? -1));
    for (const number of found.filter((n) => n >= 0).sort((a, b) => a - b)) {
      if (number < cursor.segment) await unlink(spool.pathOf(number));
      else spool.segments.set(number, await SegmentFile.open(spool.pathOf(number)));
    }
    spool.unread = await spool.count();
    return spool;
  }

  /** Entries that are not drained. */
  get length(): number {
    return this.unread;
  }

  /** Bytes that are not drained. */
  get bytes(): number {
    const all = [...this.segments.values()].reduce((sum, { size }) => sum + size, 0);
    return Math.max(0, all - this.cursor.offset);
  }

  /** Appends one entry (without its line feed); returns when it is on disk. Throws when the log is full or cannot be written. */
  append(entry: string): Promise<void> {
    if (entry.length > MAX_LINE) return Promise.reject(new Error(`audit entry of ${entry.length} characters`));
    return new Promise<void>((resolve, reject) => {
      this.waiting.push({ text: `${entry}\n`, resolve, reject });
      if (!this.busy) this.writing = this.write();
    });
  }

  /** The next entries to drain, at most `limit`. */
  async read(limit: number): Promise<SpoolBatch> {
    let { segment, offset } = this.cursor;
    for (;;) {
      const file = this.segments.get(segment);
      const { lines, next } = file ? await file.lines(offset, limit, 64 * MAX_LINE) : { lines: [], next: offset };
      if (lines.length > 0 || segment >= this.last) return { lines, next: { segment, offset: next } };
      [segment, offset] = [segment + 1, 0];
    }
  }

  /** Forgets `count` entries before `cursor`; to be called once the cursor is safe. */
  async drained(cursor: Cursor, count: number): Promise<void> {
    this.cursor = cursor;
    this.unread -= count;
    for (const [number, file] of this.segments) {
      if (number >= cursor.segment) continue;
      this.segments.delete(number);
      await file.close();
      await unlink(file.path);
    }
  }

  async close(): Promise<void> {
    await this.writing;
    for (const file of this.segments.values()) await file.close();
    this.segments.clear();
  }

  private get last(): number {
    return Math.max(this.cursor.segment, ...this.segments.keys());
  }

  private pathOf(segment: number): string {
    return `${this.options.dir}/spool-${segment}.jsonl`;
  }

  private async write(): Promise<void> {
    this.busy = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      try {
        const text = batch.map((entry) => entry.text).join("");
        const { maxBytes } = this.options;
        if (this.bytes + Buffer.byteLength(text) > maxBytes) throw new Error(`audit spool is full (${maxBytes} bytes)`);
        await (await this.target()).append(text);
        this.unread += batch.length;
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error as Error);
      }
    }
    this.busy = false;
  }

  private async target(): Promise<SegmentFile> {
    const current = this.segments.get(this.last);
    if (current && current.size < this.options.segmentBytes) return current;
    const number = current ? this.last + 1 : this.last;
    const fresh = await SegmentFile.open(this.pathOf(number));
    this.segments.set(number, fresh);
    return fresh;
  }

  private async count(): Promise<number> {
    let total = 0;
    for (const [number, file] of this.segments) {
      let at = number === this.cursor.segment ? this.cursor.offset : 0;
      for (;;) {
        const { lines, next } = await file.lines(at, 1000, 64 * MAX_LINE);
        if (lines.length === 0) break;
        total += lines.length;
        at = next;
      }
    }
    return total;
  }
}
