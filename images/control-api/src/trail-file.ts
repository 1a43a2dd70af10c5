import { createReadStream, type WriteStream } from "node:fs";
import { type FileHandle, open, readdir, stat, truncate, unlink } from "node:fs/promises";
import { createInterface } from "node:readline";
import {
  chainLine,
  follows,
  readEntry,
  TRAIL_GENESIS,
  type TrailEntry,
  type TrailFact,
} from "../../runtime/control/trail.ts";

export type { WriteStream };

/** Size from which the next file is begun, bytes. */
const FILE_BYTES = 4 * 1024 * 1024;
/** Files that are kept; older ones are removed. */
const FILES = 16;
const NAME = /^trail-(\d{10})\.jsonl$/;

export interface TrailOptions {
  readonly dir: string;
  readonly fileBytes?: number;
  readonly files?: number;
}

/** What reading the files at hand found. */
export interface TrailReading {
  readonly entries: readonly TrailEntry[];
  readonly last: number;
  /** Whether every line is an entry that follows the one before. */
  readonly whole: boolean;
}

/** A trail on disk: lines that are only ever appended, each with the hash of the one before. */
export class TrailFile {
  private readonly options: Required<TrailOptions>;
  private handle: FileHandle | undefined;
  private size = 0;
  private last: Pick<TrailEntry, "seq" | "hash"> = { seq: 0, hash: TRAIL_GENESIS };
  private turn: Promise<unknown> = Promise.resolve();
  private problem: string | undefined;

  constructor({ dir, fileBytes = FILE_BYTES, files = FILES }: TrailOptions) {
    this.options = { dir, fileBytes, files };
  }

  /** Why nothing could be written the last time; undefined while it can. */
  get trouble(): string | undefined {
    return this.problem;
  }

  /**
   * Goes on where the last entry is. A line that a crash left half written is cut off, and the trail says so.
   * @throws Error when the folder cannot be used, or what is there is not a trail
   */
  async open(now = new Date()): Promise<void> {
    const name = (await this.names()).at(-1);
    const cut = name === undefined ? 0 : await this.resume(`${this.options.dir}/${name}`);
    if (cut > 0) await this.append({ what: "cut", code: `${cut}_bytes` }, now);
    await this.append({ what: "start" }, now);
  }

  /** Appends a fact; resolves when the system has taken it. @throws Error when it cannot be written */
  append(fact: TrailFact, now = new Date()): Promise<void> {
    const done = this.turn.then(() => this.write(fact, now));
    this.turn = done.catch(() => undefined);
    return done;
  }

  /** The newest entries, and whether the chain of all files at hand holds. */
  async read(most: number): Promise<TrailReading> {
    await this.turn;
    const entries: TrailEntry[] = [];
    let before: TrailEntry | undefined;
    let sound = true;
    for (const name of await this.names()) {
      const lines = createInterface({ input: createReadStream(`${this.options.dir}/${name}`, "utf8") });
      for await (const line of lines) {
        const entry = readEntry(line);
        if (entry === undefined || (before !== undefined && !follows(before, entry))) sound = false;
        if (entry === undefined) continue;
        before = entry;
        entries.push(entry);
        if (entries.length > most) entries.shift();
      }
    }
    // Cut off at its end, too: this process knows what it wrote last.
    return { entries, last: this.last.seq, whole: sound && before?.hash === this.last.hash };
  }

  async close(): Promise<void> {
    await this.turn;
    await this.handle?.close();
    this.handle = undefined;
  }

  private async write(fact: TrailFact, now: Date): Promise<void> {
    try {
      const [entry, line] = chainLine(this.last, fact, now);
      if (this.handle === undefined || this.size >= this.options.fileBytes) await this.begin(entry.seq);
      const bytes = Buffer.from(`${line}\n`);
      await this.handle?.appendFile(bytes);
      this.size += bytes.length;
      this.last = entry;
      this.problem = undefined;
    } catch (error) {
      this.problem = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
      await this.recover();
      throw error;
    }
  }

  /** Half a line may be there: what follows it would be no line of its own. */
  private async recover(): Promise<void> {
    await this.handle?.truncate(this.size).catch(() => undefined);
  }

  private async begin(seq: number): Promise<void> {
    await this.handle?.close();
    const { dir, files } = this.options;
    this.handle = await open(`${dir}/trail-${String(seq).padStart(10, "0")}.jsonl`, "a", 0o600);
    this.size = 0;
    for (const old of (await this.names()).slice(0, -files)) await unlink(`${dir}/${old}`);
  }

  /** @returns bytes that were cut off */
  private async resume(path: string): Promise<number> {
    const { size } = await stat(path);
    const file = await open(path, "r");
    const buffer = Buffer.alloc(size);
    await file.read(buffer, 0, size, 0);
    await file.close();
    const end = buffer.lastIndexOf(10) + 1;
    const line = buffer.toString("utf8", 0, end).trimEnd().split("\n").at(-1) ?? "";
    const entry = readEntry(line);
    if (entry === undefined && end > 0) throw new Error(`the last line of ${path} is no entry of a trail`);
    if (end < size) await truncate(path, end);
    this.last = entry ?? { seq: 0, hash: TRAIL_GENESIS };
    this.handle = await open(path, "a", 0o600);
    this.size = end;
    return size - end;
  }

  private async names(): Promise<string[]> {
    return (await readdir(this.options.dir)).filter((name) => NAME.test(name)).sort();
  }
}
