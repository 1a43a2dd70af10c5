import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";

/** How to run one command. */
export interface ProcessOptions {
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Aborted: the command gets SIGTERM, and SIGKILL when it does not end. */
  readonly signal?: AbortSignal | undefined;
  /** Called with every line of output, and of errors unless `into` takes the output. */
  readonly onLine?: (line: string) => void;
  /** What to keep of a line for the error, should there be one; by default all of it. */
  readonly essence?: (line: string) => string;
  /** File that takes the output. */
  readonly into?: string;
}

/** A command that failed, with the last lines it wrote. */
export class ProcessError extends Error {
  readonly code: number | null;
  constructor(command: string, code: number | null, log: readonly string[]) {
    const how = code === null ? "was ended by a signal" : `failed with exit code ${code}`;
    super([`${command} ${how}`, ...log.map((line) => `    ${line}`)].join("\n"));
    this.name = "ProcessError";
    this.code = code;
  }
}

const KEPT_LINES = 15;
const MAX_LINE = 240;
/** mmdebstrap unmounts and removes what it made when it is asked to end. */
const GRACE_MS = 10_000;

/**
 * Runs a command without a shell, to its end.
 * @returns its output, unless `into` took it
 * @throws ProcessError when it fails; the signal's reason when that was aborted.
 */
export async function runProcess(argv: readonly string[], options: ProcessOptions = {}): Promise<string> {
  const { signal, onLine = () => undefined, essence = (line: string) => line } = options;
  signal?.throwIfAborted();
  const [command = "", ...args] = argv;
  const file = options.into === undefined ? undefined : openSync(options.into, "w", 0o600);
  const child = spawn(command, args, {
    stdio: ["ignore", file ?? "pipe", "pipe"],
    env: { ...process.env, LC_ALL: "C", ...options.env },
  });
  if (file !== undefined) closeSync(file);
  const last: string[] = [];
  let output = "";
  const keep = (line: string): void => {
    if (line.trim() === "") return;
    const kept = essence(line).trimEnd();
    if (kept !== "") last.push(kept.length > MAX_LINE ? `${kept.slice(0, MAX_LINE)}…` : kept);
    if (last.length > KEPT_LINES) last.shift();
    onLine(line);
  };
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
  });
  byLine(child.stdout, keep);
  byLine(child.stderr, keep);
  const end = (): void => terminate(child);
  signal?.addEventListener("abort", end, { once: true });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", (error) => reject(new Error(`cannot run ${command}: ${error.message}`, { cause: error })));
      child.once("close", resolve);
    });
    signal?.throwIfAborted();
    if (code !== 0) throw new ProcessError(argv.slice(0, 2).join(" "), code, last);
    return output;
  } finally {
    signal?.removeEventListener("abort", end);
  }
}

function terminate(child: ChildProcess): void {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
  child.once("close", () => clearTimeout(timer));
}

function byLine(stream: NodeJS.ReadableStream | null, take: (line: string) => void): void {
  let rest = "";
  stream?.on("data", (chunk: string | Buffer) => {
    const lines = (rest + String(chunk)).split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  });
  stream?.on("end", () => take(rest));
}
