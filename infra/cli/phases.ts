import pc from "picocolors";

/** One finished phase of a long command. */
export interface PhaseResult {
  readonly name: string;
  readonly seconds: number;
  /** What it did, in a few words: `built 3 images`, `nothing to do`. */
  readonly note: string;
}

const HEARTBEAT_MS = 10_000;
/** A log gets a line this often at most, however many steps there are. */
const LOG_PAUSE_MS = 2_000;

/**
 * Shows long work as it happens: on a terminal one line that changes, elsewhere a line every
 * two seconds while something happens and a sign of life every ten. Everything goes to stderr, so that stdout stays for results.
 */
export class Phases {
  readonly results: PhaseResult[] = [];
  private readonly started = performance.now();
  private readonly tty = process.stderr.isTTY === true;
  private lastLine = "";
  private lastShown = Number.NEGATIVE_INFINITY;

  /** Runs one phase; `step` shows what it is at. The phase's return value may be a note for the summary. */
  async run<T>(name: string, work: (step: (message: string) => void) => Promise<T>, note?: (result: T) => string) {
    const start = performance.now();
    let current = "";
    const show = (message: string): void => {
      current = message;
      this.line(name, start, message);
    };
    this.line(name, start, "");
    const pulse = setInterval(() => this.line(name, start, current, true), this.tty ? 500 : HEARTBEAT_MS);
    try {
      const result = await work(show);
      const seconds = (performance.now() - start) / 1000;
      const said = note?.(result) ?? "";
      this.results.push({ name, seconds, note: said });
      this.settle(`${pc.green("✓")} ${name.padEnd(26)} ${format(seconds).padStart(7)}  ${pc.dim(said)}`);
      return result;
    } catch (error) {
      this.settle(`${pc.red("✗")} ${name.padEnd(26)} ${format((performance.now() - start) / 1000).padStart(7)}`);
      throw error;
    } finally {
      clearInterval(pulse);
    }
  }

  /** Seconds since the command began. */
  get elapsed(): number {
    return (performance.now() - this.started) / 1000;
  }

  private line(name: string, start: number, message: string, pulse = false): void {
    const seconds = format((performance.now() - start) / 1000);
    if (this.tty) {
      const width = (process.stderr.columns ?? 80) - 1;
      process.stderr.write(`\r\x1b[2K${`… ${name.padEnd(26)} ${seconds.padStart(7)}  ${message}`.slice(0, width)}`);
    } else if (pulse || (message !== this.lastLine && performance.now() - this.lastShown >= LOG_PAUSE_MS)) {
      this.lastLine = message;
      this.lastShown = performance.now();
      process.stderr.write(`… ${name.padEnd(26)} ${seconds.padStart(7)}  ${message}\n`);
    }
  }

  private settle(text: string): void {
    process.stderr.write(this.tty ? `\r\x1b[2K${text}\n` : `${text}\n`);
  }
}

function format(seconds: number): string {
  return seconds < 60
    ? `${seconds.toFixed(1)}s`
    : `${Math.floor(seconds / 60)}m${String(Math.floor(seconds % 60)).padStart(2, "0")}s`;
}
