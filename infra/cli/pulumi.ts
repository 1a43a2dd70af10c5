import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { writeSshConfig } from "../access/ssh-config.ts";
import { pulumiEnv } from "../toolchain/env.ts";
import { removeDeadLocks } from "./dead-locks.ts";
import { UserError } from "./errors.ts";

export interface PulumiRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether somebody asked this program to stop while it ran: what failed then is not to be tried again. */
  readonly stopped?: boolean;
}

export interface PulumiOptions {
  /** Called with each line of output as it comes. */
  readonly onLine?: (line: string) => void;
  /** Added to the environment of the run. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs the Pulumi CLI in the project folder with the project's environment and returns what it printed. A non-zero
 * exit is returned, not thrown: callers know which codes mean something. SIGINT reaches Pulumi through the terminal's
 * process group, so that it can finish the step it is at and save its state.
 */
export function pulumi(root: string, args: readonly string[], options: PulumiOptions = {}): Promise<PulumiRun> {
  // A refresh contacts the nodes before the program, which also writes it, runs.
  writeSshConfig(root);
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd: root,
      env: { ...process.env, ...pulumiEnv(root), ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const collect = (stream: NodeJS.ReadableStream): string[] => {
      const lines: string[] = [];
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        options.onLine?.(line);
      });
      return lines;
    };
    const out = collect(child.stdout);
    const err = collect(child.stderr);
    child.on("error", (error) => reject(new UserError(`pulumi did not start: ${error.message}`, "run `bin/dsmil up`")));
    // Ctrl-C reaches Pulumi too, which finishes its step and saves its state: wait for that.
    let stopped = false;
    const wait = (): void => {
      stopped = true;
    };
    const pass = (): void => {
      stopped = true;
      child.kill("SIGINT");
    };
    process.on("SIGINT", wait).on("SIGTERM", pass);
    child.on("close", () => process.off("SIGINT", wait).off("SIGTERM", pass));
    child.on("close", (code) => resolve({ code: code ?? 1, stdout: out.join("\n"), stderr: err.join("\n"), stopped }));
  });
}

/** Creates the stack where the backend does not have it yet. */
export async function ensureStack(root: string, stack: string): Promise<void> {
  removeDeadLocks(root, stack);
  if (existsSync(join(root, ".dsmil/state/.pulumi/stacks/dsmil", `${stack}.json`))) return;
  const run = await pulumi(root, ["stack", "select", "--create", "--stack", stack]);
  if (run.code !== 0) throw new UserError(`stack ${stack} could not be created: ${tail(run)}`);
}

/** A stack's outputs with secrets in the clear; for delivery to the commands that need them, never for printing. */
export async function stackOutputs<T>(root: string, stack: string): Promise<T> {
  const run = await pulumi(root, ["stack", "output", "--json", "--show-secrets", "--stack", stack]);
  if (run.code !== 0) throw new UserError(`stack ${stack} has no outputs: ${tail(run)}`, "run `bin/dsmil up`");
  return JSON.parse(run.stdout) as T;
}

/** The part of a failed run that says why. */
export function tail({ stdout, stderr }: PulumiRun, lines = 40): string {
  const all = `${stdout}\n${stderr}`.split("\n").filter((line) => line.trim() !== "");
  const diagnostics = all.findIndex((line) => line.startsWith("Diagnostics:"));
  return (diagnostics >= 0 ? all.slice(diagnostics + 1) : all).slice(-lines).join("\n");
}
