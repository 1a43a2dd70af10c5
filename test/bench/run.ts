import { type ChildProcess, spawn } from "node:child_process";

export interface RunOptions {
  readonly cwd: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are no error; default 0. */
  readonly codes?: readonly number[];
}

const running = new Set<ChildProcess>();

/**
 * Runs a command to its end.
 * @returns what it printed on stdout
 * @throws with its last lines, where it ends with another code than those allowed
 */
export function run(argv: readonly [string, ...string[]], options: RunOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0], argv.slice(1), {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
      // In a group of its own: of a Ctrl-C it hears from endAll, once, as a second one would make it drop everything.
      detached: true,
    });
    running.add(child);
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      err += chunk.toString();
    });
    child.on("error", (error) => reject(new Error(`${argv[0]} cannot be started: ${error.message}`)));
    child.on("close", (code) => {
      running.delete(child);
      if ((options.codes ?? [0]).includes(code ?? -1)) resolve(out);
      else reject(new Error(`${argv.join(" ")} ended with ${code}\n${`${out}\n${err}`.trim().slice(-3000)}`));
    });
  });
}

/** Ends what still runs, and waits for it: an update that is interrupted finishes its step and saves its state. */
export async function endAll(): Promise<void> {
  await Promise.all(
    [...running].map(
      (child) =>
        new Promise<void>((resolve) => {
          if (child.exitCode !== null || child.signalCode !== null) return resolve();
          child.once("close", () => resolve());
          child.kill("SIGINT");
        }),
    ),
  );
}
