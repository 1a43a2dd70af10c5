import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface CommandOptions {
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: no limit. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Called with each line of both streams as it comes. */
  readonly onLine?: (line: string) => void;
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  /** The last lines of both streams, for messages. */
  readonly tail: string;
}

const TAIL_LINES = 15;

/**
 * Runs a command to its end. A non-zero exit is returned, not thrown.
 * @throws where it cannot be started, takes longer than the limit, or is aborted
 */
export function command(argv: readonly [string, ...string[]], options: CommandOptions = {}): Promise<CommandResult> {
  const { timeoutMs, signal, onLine } = options;
  signal?.throwIfAborted();
  const limits = [signal, timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs)];
  const stop = AbortSignal.any(limits.filter((limit) => limit !== undefined));
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0], argv.slice(1), {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const out: string[] = [];
    const last: string[] = [];
    const read = (stream: NodeJS.ReadableStream, into?: string[]): void => {
      createInterface({ input: stream }).on("line", (line) => {
        into?.push(line);
        if (line.trim() === "") return;
        last.push(line);
        if (last.length > TAIL_LINES) last.shift();
        onLine?.(line);
      });
    };
    read(child.stdout, out);
    read(child.stderr);
    // SIGINT, as from a terminal: go ends its compilers, and keeps what is finished in its cache.
    const end = (): boolean => child.kill("SIGINT");
    stop.addEventListener("abort", end, { once: true });
    process.once("exit", end);
    const settle = (): void => {
      stop.removeEventListener("abort", end);
      process.removeListener("exit", end);
    };
    child.on("error", (error) => {
      settle();
      reject(new Error(`${argv[0]} cannot be started: ${error.message}`));
    });
    child.on("close", (code) => {
      settle();
      if (signal?.aborted) reject(signal.reason);
      else if (stop.aborted) reject(new Error(`${argv.join(" ")} took longer than ${(timeoutMs ?? 0) / 1000} s`));
      else resolve({ code: code ?? 1, stdout: out.join("\n"), tail: last.join("\n") });
    });
  });
}
