/** A terminal that shows one thing anew until its reader has seen enough. */
export interface Screen {
  /** Ends with `q` and Ctrl-C. */
  readonly signal: AbortSignal;
  readonly rows: number;
  readonly columns: number;
  /** Shows a text from the top; what does not fit is cut. */
  show(text: string): void;
  /** Waits; shorter when the reader ends it or the terminal's size changes. */
  wait(ms: number): Promise<void>;
  /** Gives the terminal back as it was. */
  close(): void;
}

const ENTER = "\u001b[?1049h\u001b[?25l";
const LEAVE = "\u001b[?25h\u001b[?1049l";
/** To the top; each line is cleared to its end, and what is below the last. Clearing all first would flicker. */
const HOME = "\u001b[H";
const CLEAR_LINE = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";
const CTRL_C = "\u0003";

type Input = NodeJS.ReadStream;
type Output = NodeJS.WriteStream;

/** Takes the terminal's alternate screen; `close` must follow. */
export function openScreen(input: Input = process.stdin, output: Output = process.stdout): Screen {
  const end = new AbortController();
  const stop = (): void => end.abort();
  let wake: (() => void) | undefined;
  const resized = (): void => wake?.();
  const typed = (keys: Buffer | string): void => {
    if (/[qQ]/.test(keys.toString()) || keys.toString().includes(CTRL_C)) stop();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, stop);
  output.on("resize", resized);
  if (input.isTTY) input.setRawMode(true).resume().on("data", typed);
  output.write(ENTER);
  return {
    signal: end.signal,
    get rows() {
      return output.rows ?? 24;
    },
    get columns() {
      return output.columns ?? 80;
    },
    show(text) {
      const lines = text.trimEnd().split("\n").slice(0, this.rows);
      output.write(`${HOME}${lines.map((line) => `${line}${CLEAR_LINE}`).join("\r\n")}${CLEAR_BELOW}`);
    },
    wait(ms) {
      if (end.signal.aborted) return Promise.resolve();
      return new Promise((done) => {
        const over = (): void => {
          clearTimeout(timer);
          end.signal.removeEventListener("abort", over);
          done();
        };
        const timer = setTimeout(over, ms);
        end.signal.addEventListener("abort", over);
        wake = over;
      });
    },
    close() {
      for (const signal of signals) process.off(signal, stop);
      output.off("resize", resized);
      if (input.isTTY) input.off("data", typed).setRawMode(false).pause();
      output.write(LEAVE);
    },
  };
}
