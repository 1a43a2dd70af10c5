import { createReadStream } from "node:fs";
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

/** Size from which the next file is begun, bytes. */
const FILE_BYTES = 4 * 1024 * 1024;
/** Files that are kept; older ones are removed. */
const FILES = 16;

export interface TrailOptions {
  readonly dir: string;
  /** First word of its files, which sets it apart from others in the folder; default `trail`. */
  readonly name?: string;
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

  constructor({ dir, name = "trail", fileBytes = FILE_BYTES, files = FILES }: TrailOptions) {
    this.options = { dir, name, fileBytes, files };
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
    const { dir } = this.options;
    let cut = 0;
    // A file that a loss of power left without an entry would begin the chain, and the numbers of files, anew.
    for (const name of (await this.names()).reverse()) {
      cut += await this.resume(`${dir}/${name}`);
      if (this.handle !== undefined) break;
      await unlink(`${dir}/${name}`);
    }
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
    const { dir, name, files } = this.options;
    this.handle = await open(`${dir}/${name}-${String(seq).padStart(10, "0")}.jsonl`, "a", 0o600);
    this.size = 0;
    for (const old of (await this.names()).slice(0, -files)) await unlink(`${dir}/${old}`);
  }

  /** Goes on in a file, unless it holds no entry. @returns bytes that were cut off */
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
    if (entry === undefined) return size;
    if (end < size) await truncate(path, end);
    this.last = entry;
    this.handle = await open(path, "a", 0o600);
    this.size = end;
    return size - end;
  }

  private async names(): Promise<string[]> {
    const { dir, name } = this.options;
    const ours = new RegExp(`^${name}-\\d{10}\\.jsonl$`);
    return (await readdir(dir)).filter((file) => ours.test(file)).sort();
  }
}
