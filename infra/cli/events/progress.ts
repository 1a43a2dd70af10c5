/** What a long transfer shows. */
export interface ProgressState {
  readonly lines: number;
  readonly note: string;
}

const TTY_MS = 250;
const PLAIN_MS = 5_000;

/** Shows how far it is on stderr, with elapsed time and rate: one changing line on a terminal, else a line now and then. */
export class Progress {
  private readonly started = performance.now();
  private readonly tty = process.stderr.isTTY === true;
  private readonly timer: NodeJS.Timeout;

  constructor(state: () => ProgressState) {
    this.timer = setInterval(() => this.show(state()), this.tty ? TTY_MS : PLAIN_MS);
    this.timer.unref();
  }

  get seconds(): number {
    return (performance.now() - this.started) / 1000;
  }

  /** Lines a second so far. */
  rate(lines: number): number {
    return lines / Math.max(this.seconds, 0.001);
  }

  /** Prints a line that stays. */
  say(text: string): void {
    process.stderr.write(this.tty ? `\r\x1b[2K${text}\n` : `${text}\n`);
  }

  stop(): void {
    clearInterval(this.timer);
    if (this.tty) process.stderr.write("\r\x1b[2K");
  }

  private show({ lines, note }: ProgressState): void {
    const text = `… ${this.seconds.toFixed(0).padStart(4)}s  ${lines} lines  ${this.rate(lines).toFixed(0)}/s  ${note}`;
    if (this.tty) process.stderr.write(`\r\x1b[2K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
    else process.stderr.write(`${text}\n`);
  }
}
