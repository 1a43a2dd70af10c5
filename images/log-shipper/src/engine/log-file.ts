import { hash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";

/** Where reading goes on: a file is known by its inode and its first line, as names change and inodes are used again. */
export interface Position {
  readonly inode: number;
  /** Hash of the file's first line. */
  readonly head: string;
  /** Bytes that are done with. */
  readonly offset: number;
}

/** Longest line of a file: 16 KiB of a container's text, escaped as JSON at its worst, and some more. */
const MOST_BYTES = 256 * 1024;
const CHUNK = 64 * 1024;
const NEWLINE = 10;

/** A line, and where it begins. */
export interface FileLine {
  readonly text: string;
  readonly at: Position;
}

/** One file of a container's log, held open: it stays readable when the engine removes it. */
export class LogFile {
  readonly inode: number;
  /** Whether the engine's folder still has it. */
  listed = true;
  /** Whether it was read to its end, and nothing is written to it any more. */
  finished = false;
  /** Lines that cannot be read: too long, or without an end. */
  broken = 0;
  private readonly handle: FileHandle;
  private head: string | undefined;
  private rest: Buffer = Buffer.alloc(0);
  /** Bytes that were read, those of `rest` among them. */
  private offset = 0;
  private skipping = false;

  private constructor(handle: FileHandle, inode: number) {
    this.handle = handle;
    this.inode = inode;
  }

  /** @throws Error of the file system; ENOENT when it was renamed meanwhile */
  static async open(path: string): Promise<LogFile> {
    const handle = await open(path, "r");
    const { ino } = await handle.stat();
    return new LogFile(handle, ino);
  }

  /** Goes on at a position of this very file; false where it is another one. */
  async resume({ inode, head, offset }: Position): Promise<boolean> {
    if (inode !== this.inode) return false;
    const buffer = Buffer.alloc(MOST_BYTES);
    const { bytesRead } = await this.handle.read(buffer, 0, buffer.length, 0);
    const end = buffer.subarray(0, bytesRead).indexOf(NEWLINE);
    if (end === -1 || digest(buffer.subarray(0, end)) !== head) return false;
    if ((await this.handle.stat()).size < offset) return false;
    this.head = head;
    this.offset = offset;
    return true;
  }

  /** The next lines, of about 64 KiB; none at the end of what is there. */
  async read(): Promise<FileLine[]> {
    const { size } = await this.handle.stat();
    // Somebody emptied it.
    if (size < this.offset) Object.assign(this, { offset: 0, rest: Buffer.alloc(0), head: undefined, skipping: false });
    const buffer = Buffer.alloc(Math.min(CHUNK, size - this.offset));
    if (buffer.length === 0) return [];
    const { bytesRead } = await this.handle.read(buffer, 0, buffer.length, this.offset);
    this.offset += bytesRead;
    return this.split(buffer.subarray(0, bytesRead));
  }

  /** Where reading goes on; undefined before the first line. */
  get position(): Position | undefined {
    return this.head === undefined ? undefined : this.at(this.offset - this.rest.length);
  }

  /** Bytes that were not read yet. */
  async unread(): Promise<number> {
    return this.finished ? 0 : Math.max(0, (await this.handle.stat()).size - this.offset);
  }

  /** Reads on to the end, only to count lines. */
  async countRest(): Promise<number> {
    let count = 0;
    for (let before = -1; before !== this.offset; ) {
      before = this.offset;
      count += (await this.read()).length;
    }
    return count;
  }

  /** What is left at the end of a file that nobody writes to is no line. */
  finish(): void {
    if (this.rest.length > 0) this.broken += 1;
    this.rest = Buffer.alloc(0);
    this.finished = true;
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  private split(chunk: Buffer): FileLine[] {
    const start = this.offset - chunk.length - this.rest.length;
    const data = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const lines: FileLine[] = [];
    let from = 0;
    for (let end = data.indexOf(NEWLINE); end !== -1; end = data.indexOf(NEWLINE, from)) {
      const line = data.subarray(from, end);
      this.head ??= digest(line);
      if (this.skipping) this.skipping = false;
      else lines.push({ text: line.toString("utf8"), at: this.at(start + from) });
      from = end + 1;
    }
    this.rest = Buffer.from(data.subarray(from));
    if (this.rest.length > MOST_BYTES) {
      // Its start is enough to know the file by.
      this.head ??= digest(this.rest.subarray(0, MOST_BYTES));
      if (!this.skipping) this.broken += 1;
      this.skipping = true;
      this.rest = Buffer.alloc(0);
    }
    return lines;
  }

  private at(offset: number): Position {
    return { inode: this.inode, head: this.head ?? "", offset };
  }
}

const digest = (line: Buffer): string => hash("sha256", line, "hex").slice(0, 32);
