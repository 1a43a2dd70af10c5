import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** A server process of a test. */
export interface Child {
  readonly running: boolean;
  /** Sends the signal and waits until the process has ended. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Starts a server in the foreground; its output is kept for the error when it does not come up. */
export async function startChild(
  argv: readonly string[],
  options: { readonly uid?: number; readonly gid?: number; readonly ready: () => Promise<boolean> },
): Promise<Child> {
  const [file = "", ...args] = argv;
  const { uid, gid, ready } = options;
  const child = spawn(file, args, {
    stdio: ["ignore", "pipe", "pipe"],
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
  });
  let output = "";
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-4000);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  const deadline = Date.now() + 20_000;
  while (!(await ready())) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill("SIGKILL");
      throw new Error(`${file} did not come up:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    get running() {
      return alive(child);
    },
    end: async (signal) => {
      if (!alive(child)) return;
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
    },
  };
}

function alive(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}
