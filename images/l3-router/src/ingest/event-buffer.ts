import { mkdirSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { isFull, transaction } from "../../../runtime/sqlite.ts";

/** An event that is to reach the tenant's L3_IN. */
export interface BufferedEvent {
  readonly id: string;
  /** Text of the stream entry's field `event`. */
  readonly text: string;
}

/** An event with its place in the order of arrival. */
export interface BufferedRow extends BufferedEvent {
  readonly seq: number;
  /** Bytes of its text. */
  readonly size: number;
}

/** The buffer holds all that it may. */
export class BufferFull extends Error {}

const PAGE = 4096;
const SCHEMA = `create table if not exists event_buffer (
  seq integer primary key autoincrement, event_id text not null unique, at integer not null, size integer not null,
  event text not null
)`;

/**
 * Events of one tenant on a node's disk, in the order of their arrival, each once. What `add` has taken survives a crash of
 * the process and of the machine: every commit is on the disk before it returns.
 */
export class EventBuffer {
  private readonly maxBytes: number;
  private readonly db: DatabaseSync;
  private readonly statements: Readonly<Record<"insert" | "read" | "remove" | "oldest", StatementSync>>;
  private held = { events: 0, bytes: 0, last: 0 };

  /** @throws Error when the database cannot be opened */
  constructor({ dir, maxBytes }: { readonly dir: string; readonly maxBytes: number }) {
    this.maxBytes = maxBytes;
    mkdirSync(dir, { recursive: true });
    this.db = new DatabaseSync(`${dir}/events.db`);
    // Half as much again for pages that are not full and for the index: the count of bytes refuses first.
    this.db.exec(`pragma page_size = ${PAGE}; pragma auto_vacuum = incremental; pragma journal_mode = wal;
      pragma synchronous = full; pragma busy_timeout = 2000; pragma cache_size = -2048;
      pragma max_page_count = ${Math.ceil((maxBytes * 1.5) / PAGE) + 256};
      pragma journal_size_limit = 4194304; pragma wal_autocheckpoint = 1000;`);
    this.db.exec(SCHEMA);
    this.statements = {
      insert: this.db.prepare("insert or ignore into event_buffer (event_id, at, size, event) values (?, ?, ?, ?)"),
      read: this.db.prepare("select seq, event_id, size, event from event_buffer where seq > ? order by seq limit ?"),
      remove: this.db.prepare("delete from event_buffer where seq <= ?"),
      oldest: this.db.prepare("select at from event_buffer where seq > ? order by seq limit 1"),
    };
    this.recount();
  }

  /** Events held, those on the stream that may yet be needed again among them. */
  get events(): number {
    return this.held.events;
  }

  get bytes(): number {
    return this.held.bytes;
  }

  /** Place of the newest. */
  get last(): number {
    return this.held.last;
  }

  /**
   * Takes all of the events or none; ids that are held already are left as they are. Returns how many are new.
   * @throws BufferFull when they do not fit
   */
  add(events: readonly BufferedEvent[], now = Date.now()): number {
    const sized = events.map(({ id, text }) => ({ id, text, size: Buffer.byteLength(text) }));
    const size = sized.reduce((sum, event) => sum + event.size, 0);
    if (this.held.bytes + size > this.maxBytes) throw new BufferFull(`${this.held.bytes} of ${this.maxBytes} bytes`);
    let stored = 0;
    let bytes = 0;
    let last = this.held.last;
    this.transaction(() => {
      for (const event of sized) {
        const { changes, lastInsertRowid } = this.statements.insert.run(event.id, now, event.size, event.text);
        if (Number(changes) === 0) continue;
        stored += 1;
        bytes += event.size;
        last = Number(lastInsertRowid);
      }
    });
    this.held = { events: this.held.events + stored, bytes: this.held.bytes + bytes, last };
    return stored;
  }

  /** The next events after a place, in order: at most `limit`, of 1 Mi bytes or one. */
  after(seq: number, limit: number): readonly BufferedRow[] {
    const rows: BufferedRow[] = [];
    let size = 0;
    for (const row of this.statements.read.iterate(seq, limit) as Iterable<Record<string, number | string>>) {
      size += Number(row.size);
      if (rows.length > 0 && size > 1024 * 1024) break;
      rows.push({ seq: Number(row.seq), id: String(row.event_id), size: Number(row.size), text: String(row.event) });
    }
    return rows;
  }

  /** When the first event after a place came, milliseconds since 1970; undefined also when the disk fails. */
  oldestAfter(seq: number): number | undefined {
    try {
      return (this.statements.oldest.get(seq) as { at: number } | undefined)?.at;
    } catch {
      return undefined;
    }
  }

  /** Deletes everything up to a place; `bytes` is what that was. */
  removeUpTo(seq: number, bytes: number): void {
    const changes = Number(this.statements.remove.run(seq).changes);
    this.held = { ...this.held, events: this.held.events - changes, bytes: this.held.bytes - bytes };
    if (this.held.events === 0) this.db.exec("pragma incremental_vacuum");
  }

  close(): void {
    this.db.close();
  }

  private recount(): void {
    const row = this.db
      .prepare(
        "select count(*) as events, coalesce(sum(size), 0) as bytes, coalesce(max(seq), 0) as last from event_buffer",
      )
      .get() as { events: number; bytes: number; last: number };
    this.held = { events: row.events, bytes: row.bytes, last: row.last };
  }

  private transaction(write: () => void): void {
    try {
      transaction(this.db, write);
    } catch (error) {
      throw isFull(error) ? new BufferFull("the disk or the database is full") : error;
    }
  }
}
