import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { ClientMessage } from "./client.ts";
import type { DbeResult } from "./sides.ts";

export interface DbeBench {
  /** Interleaved rounds. */
  readonly runs: number;
  readonly step: (text: string) => void;
  readonly signal: AbortSignal;
}

/**
 * How Node runs a gateway. Frames lie outside of V8's heap: with a large young generation it collects so seldom that
 * these pile up until a full collection, of several milliseconds, is forced.
 */
export const NODE_FLAGS = ["--disable-warning=ExperimentalWarning", "--max-semi-space-size=1"] as const;

/** Measures in a process of its own, which runs as a gateway does, against an echo server that does so too. */
export async function benchDbe({ runs, step, signal }: DbeBench): Promise<DbeResult> {
  const child = fork(join(import.meta.dirname, "client.ts"), [String(runs)], { execArgv: [...NODE_FLAGS] });
  const exited = once(child, "exit");
  const stop = (): void => child.disconnect();
  signal.addEventListener("abort", stop, { once: true });
  let result: DbeResult | undefined;
  child.on("message", (message: ClientMessage) => {
    if ("step" in message) step(message.step);
    else result = message.result;
  });
  try {
    const [code] = await exited;
    signal.throwIfAborted();
    if (result === undefined) throw new Error(`the measuring process ended with ${code}`);
    return result;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
