import { spawn } from "node:child_process";

/** How a local command ended. */
export interface RunResult {
  /** Exit status; -1 when a signal ended it, 127 when it does not exist. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** Called with each line of output as it comes. */
  readonly onLine?: (line: string) => void;
}

/** Told what goes on, for a person; called often. */
export type Progress = (message: string) => void;

/** Runs a local command to its end, without a shell. A non-zero exit is a result, not an error. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const [command = "", ...args] = argv;
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env: { ...process.env, LC_ALL: "C", ...options.env },
      stdio: [options.stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs, killSignal: "SIGKILL" as const }),
    });
    const texts = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      let rest = "";
      child[name]?.setEncoding("utf8").on("data", (chunk: string) => {
        texts[name] += chunk;
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        if (options.onLine !== undefined) for (const line of lines) options.onLine(line);
      });
    }
    child.on("error", (error) => resolve({ code: 127, stdout: "", stderr: error.message }));
    child.on("close", (code) => resolve({ code: code ?? -1, ...texts }));
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(options.stdin);
  });
}

/**
 * Like `run`, for a command that has to succeed.
 * @throws Error with the command's name and its last lines of output.
 */
export async function runOrThrow(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await run(argv, options);
  if (code === 0) return stdout;
  const said = (stderr.trim() || stdout.trim()).split("\n").slice(-5).join("\n  ");
  throw new Error(`${argv.slice(0, 3).join(" ")} failed (${code === -1 ? "killed" : `exit ${code}`}): ${said}`);
}
