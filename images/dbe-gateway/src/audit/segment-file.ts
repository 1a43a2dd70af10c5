import { type FileHandle, open } from "node:fs/promises";

const NEWLINE = 0x0a;

/** One file of the spool: a line an entry, only ever appended to. */
export class SegmentFile {
  readonly path: string;
  private readonly handle: FileHandle;
  private length: number;

  private constructor(path: string, handle: FileHandle, length: number) {
    this.path = path;
    this.handle = handle;
    this.length = length;
  }

  /** Opens or makes the file; a line that a crash cut off was never confirmed and is dropped. */
  static async open(path: string): Promise<SegmentFile> {
    const handle = await open(path, "a+", 0o600);
    const { size } = await handle.stat();
    const whole = await endOfLastLine(handle, size);
    if (whole < size) await handle.truncate(whole);
    return new SegmentFile(path, handle, whole);
  }

  /** Bytes that are on disk. */
  get size(): number {
    return this.length;
  }

  /** Appends text that ends with a line feed; returns when it is on disk. After an error nothing of it remains. */
  async append(text: string): Promise<void> {
    try {
      await this.handle.appendFile(text);
      await this.handle.datasync();
      this.length += Buffer.byteLength(text);
    } catch (error) {
      await this.handle.truncate(this.length).catch(() => undefined);
      throw error;
    }
  }

  /** Whole lines from `offset`, at most `limit` of them and about `bytes` long, and the offset behind them. */
  async lines(offset: number, limit: number, bytes: number): Promise<{ lines: string[]; next: number }> {
    const buffer = Buffer.alloc(Math.min(bytes, Math.max(0, this.length - offset)));
    const { bytesRead } = await this.handle.read(buffer, 0, buffer.length, offset);
    const lines: string[] = [];
    let start = 0;
    while (lines.length < limit) {
      const end = buffer.subarray(0, bytesRead).indexOf(NEWLINE, start);
      if (end < 0) break;
      lines.push(buffer.toString("utf8", start, end));
      start = end + 1;
    }
    return { lines, next: offset + start };
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

async function endOfLastLine(handle: FileHandle, size: number): Promise<number> {
  const buffer = Buffer.alloc(4096);
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - buffer.length);
    const { bytesRead } = await handle.read(buffer, 0, end - start, start);
    const found = buffer.subarray(0, bytesRead).lastIndexOf(NEWLINE);
    if (found >= 0) return start + found + 1;
    end = start;
  }
  return 0;
}
