import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";

/**
 * Writes a container's log as an engine does: a line of JSON a message, parts of 16 KiB, rotation by renaming with at most
 * `maxFiles` files, the oldest removed.
 */
export class EngineLogger {
  readonly folder: string;
  private readonly base: string;
  private readonly limits: { readonly maxBytes: number; readonly maxFiles: number };
  private clock = BigInt(Date.now()) * 1_000_000n;

  constructor(
    root: string,
    id: string,
    labels: Readonly<Record<string, string>>,
    limits = { maxBytes: 10 * 1024 * 1024, maxFiles: 3 },
  ) {
    this.folder = `${root}/${id}`;
    this.base = `${this.folder}/${id}-json.log`;
    this.limits = limits;
    mkdirSync(this.folder, { recursive: true });
    const Labels = Object.fromEntries(Object.entries(labels).map(([key, value]) => [`dsmil.${key}`, value]));
    writeFileSync(
      `${this.folder}/config.v2.json`,
      JSON.stringify({ ID: id, Name: `/dsmil-${labels.service}`, Config: { Labels } }),
    );
    writeFileSync(this.base, "");
  }

  /** One line of the container, without its `\n`. */
  line(text: string, stream = "stdout"): void {
    const whole = `${text}\n`;
    for (let from = 0; from < whole.length; from += 16 * 1024)
      this.message(whole.slice(from, from + 16 * 1024), stream);
  }

  /** Text that is no line of an engine. */
  raw(text: string): void {
    appendFileSync(this.base, text);
  }

  rotate(): void {
    const { maxFiles } = this.limits;
    rmSync(`${this.base}.${maxFiles - 1}`, { force: true });
    for (let number = maxFiles - 2; number > 0; number--) {
      if (existsSync(`${this.base}.${number}`)) renameSync(`${this.base}.${number}`, `${this.base}.${number + 1}`);
    }
    renameSync(this.base, `${this.base}.1`);
    writeFileSync(this.base, "");
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  private message(log: string, stream: string): void {
    this.clock += 1000n;
    const seconds = new Date(Number(this.clock / 1_000_000n)).toISOString().slice(0, 19);
    // As Go writes it: without zeros at the end.
    const fraction = String(this.clock % 1_000_000_000n)
      .padStart(9, "0")
      .replace(/0+$/, "");
    const time = `${seconds}${fraction === "" ? "" : `.${fraction}`}Z`;
    appendFileSync(this.base, `${JSON.stringify({ log, stream, time })}\n`);
    if (statSync(this.base).size >= this.limits.maxBytes) this.rotate();
  }
}
