import { readdir } from "node:fs/promises";
import { parseMessage } from "../../../runtime/engine/message.ts";
import { levelOf } from "../../../runtime/logs/level.ts";
import type { ContainerLabels } from "./container.ts";
import { LineJoiner, type WholeLine } from "./line-joiner.ts";
import { LogFile, type Position } from "./log-file.ts";

/** A line that is to be shipped. */
export interface Entry {
  readonly labels: ContainerLabels & { readonly level: string };
  /** Nanoseconds since 1970. */
  readonly time: string;
  readonly text: string;
}

/** What was not shipped, by why: `rotated` away unread, or `broken`: no line of an engine. `unknown`: at least one. */
export interface Losses {
  readonly lost: (why: "rotated" | "broken", lines: number, labels: ContainerLabels, unknown?: boolean) => void;
}

/** The log of one container: files that the engine writes, renames and removes. */
export class ContainerLog {
  readonly labels: ContainerLabels;
  private readonly folder: string;
  private readonly name: string;
  private readonly losses: Losses;
  private readonly joiner = new LineJoiner<Position>();
  /** Oldest first. */
  private files: LogFile[] = [];
  private from: Position | undefined;
  private isGone = false;
  private isResumed = false;
  /** Lines whose ends are lost. */
  private carried: Entry[] = [];
  /** Looking, reading and giving up take turns: all move through the same files. */
  private turn: Promise<unknown> = Promise.resolve();

  /** @param from where reading goes on; absent: at the oldest line there is */
  constructor(folder: string, id: string, labels: ContainerLabels, losses: Losses, from?: Position) {
    this.folder = folder;
    this.name = `${id}-json.log`;
    this.labels = labels;
    this.losses = losses;
    this.from = from;
  }

  /** The engine removed the container: what is held open is read to its end. */
  gone(): void {
    this.isGone = true;
    for (const file of this.files) file.listed = false;
  }

  /** Whether nothing will come any more. */
  get ended(): boolean {
    return this.isGone && this.files.every(({ finished }) => finished);
  }

  /** Opens what is new and lets go of what is read and removed. */
  look(): Promise<void> {
    return this.inTurn(() => this.lookNow());
  }

  private async lookNow(): Promise<void> {
    if (!this.isGone) this.files.push(...(await this.openNew()));
    if (!this.isResumed && this.files.length > 0) {
      this.isResumed = true;
      if (this.from !== undefined) await this.resume(this.from);
    }
    const done = this.files.filter(({ finished, listed }) => finished && !listed);
    this.files = this.files.filter((file) => !done.includes(file));
    for (const file of done) await file.close();
  }

  /** The next lines; none where there are none now. */
  read(): Promise<Entry[]> {
    return this.inTurn(() => this.readNow());
  }

  private async readNow(): Promise<Entry[]> {
    const entries = this.carried.splice(0);
    for (const file of this.files) {
      if (file.finished) continue;
      // Before it is read: once there is a newer one, the engine writes to this one no more.
      const isLast = file === this.files.at(-1) && !this.isGone;
      const lines = await file.read();
      for (const { text, at } of lines) this.take(text, at, entries);
      if (lines.length > 0) break;
      if (isLast) break;
      if ((await file.unread()) > 0) break;
      file.finish();
    }
    for (const file of this.files) {
      if (file.broken > 0) this.losses.lost("broken", file.broken, this.labels);
      file.broken = 0;
    }
    entries.push(...this.joiner.overdue(this.ended).map((line) => this.entry(line)));
    // Its file may be let go of before the next one has a line.
    if (this.isResumed) this.from = this.position;
    return entries;
  }

  /** Where reading would go on if what was read so far is shipped. */
  get position(): Position | undefined {
    if (this.joiner.oldest !== undefined) return this.joiner.oldest;
    const current = this.files.find(({ finished, position }) => !finished && position !== undefined);
    const last = this.files.findLast(({ position }) => position !== undefined);
    return current?.position ?? last?.position ?? this.from;
  }

  /** Bytes of files that only we still have. */
  async keptBytes(): Promise<number> {
    const sizes = await Promise.all(this.files.filter(({ listed }) => !listed).map((file) => file.unread()));
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /** Gives up the oldest file that only we still have; its unread lines are counted as lost. */
  giveUpOldest(): Promise<void> {
    return this.inTurn(async () => {
      const file = this.files.find(({ listed, finished }) => !listed && !finished);
      if (file === undefined) return;
      this.losses.lost("rotated", await file.countRest(), this.labels);
      file.finish();
    });
  }

  close(): Promise<void> {
    return this.inTurn(async () => {
      await Promise.all(this.files.map((file) => file.close()));
      this.files = [];
    });
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  /** Newest first: a rotation in between then shows a file twice, never not at all. Returns oldest first. */
  private async openNew(): Promise<LogFile[]> {
    const suffixes = (await readdir(this.folder))
      .filter((name) => name === this.name || name.startsWith(`${this.name}.`))
      .map((name) => (name === this.name ? 0 : Number(name.slice(this.name.length + 1))))
      .filter((number) => Number.isInteger(number) && number < 100)
      .sort((a, b) => a - b);
    const listed = new Set<number>();
    const fresh: LogFile[] = [];
    for (const suffix of suffixes) {
      const path = `${this.folder}/${this.name}${suffix === 0 ? "" : `.${suffix}`}`;
      const file = await LogFile.open(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw error;
      });
      if (file === undefined) continue;
      const known = listed.has(file.inode) || this.files.some(({ inode }) => inode === file.inode);
      listed.add(file.inode);
      // An inode cannot be used again while we hold its file open.
      if (known) await file.close();
      else fresh.unshift(file);
    }
    const newest = this.files.at(-1);
    for (const file of this.files) file.listed = listed.has(file.inode);
    // So many rotations between two looks that files may have come and gone unseen.
    if (newest !== undefined && !newest.listed && fresh.length > 0) {
      this.losses.lost("rotated", 1, this.labels, true);
      this.carried.push(...this.joiner.overdue(true).map((line) => this.entry(line)));
    }
    return fresh;
  }

  /** After a start: files before the one that was being read are done with. */
  private async resume(from: Position): Promise<void> {
    for (const [index, file] of this.files.entries()) {
      if (!(await file.resume(from))) continue;
      for (const older of this.files.slice(0, index)) older.finished = true;
      return;
    }
    this.losses.lost("rotated", 1, this.labels, true);
  }

  private take(text: string, at: Position, entries: Entry[]): void {
    const message = parseMessage(text);
    if (message === undefined) {
      this.losses.lost("broken", 1, this.labels);
      return;
    }
    const line = this.joiner.add(message, at);
    if (line !== undefined) entries.push(this.entry(line));
  }

  /** Lines of programs that write no JSON are wrapped, so that all lines of the fleet can be asked in one way. */
  private entry({ text, time }: WholeLine): Entry {
    const level = levelOf(text);
    const wrapped = text.startsWith("{") && text.endsWith("}") ? text : JSON.stringify({ level, msg: text });
    return { labels: { ...this.labels, level }, time, text: wrapped };
  }
}
