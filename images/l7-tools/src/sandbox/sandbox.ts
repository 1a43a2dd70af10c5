import { spawn } from "node:child_process";
import type { JsonObject } from "../../../runtime/json-object.ts";
import { MAX_TOOL_OUTPUT_BYTES, type ToolOutcome } from "../../../runtime/l7/tool-call.ts";
import { parseReply } from "./reply.ts";

/** What a run gave. */
export interface SandboxResult {
  readonly outcome: Extract<ToolOutcome, "ok" | "failed" | "timed_out" | "output_too_large" | "crashed">;
  readonly output?: JsonObject;
  readonly error?: string;
}

export interface SandboxLimits {
  /** Longest run, ms (default 3,000). */
  readonly wallMs?: number;
  /** Node's program (default this process's). */
  readonly node?: string;
}

/** Writable memory of a tool's process, KiB; Node itself takes a third. */
const DATA_KIB = 256 * 1024;
/** Seconds of processor time; the wall comes first unless the machine is idle. */
const CPU_SECONDS = 5;
/** Node has some 20 open before a tool begins; the fence takes the rest. */
const DESCRIPTORS = 48;
const WALL_MS = 3000;
/** What a reply has around its output. */
const FRAME_BYTES = 64;

/** Limits that the kernel holds the process to: no core, no byte of a file, descriptors, memory, processor time. */
const LIMITS = [`-c 0`, `-f 0`, `-n ${DESCRIPTORS}`, `-d ${DATA_KIB}`, `-t ${CPU_SECONDS}`];
// The shell has variables of its own; env takes them away.
const SCRIPT = [...LIMITS.map((limit) => `ulimit ${limit} || exit 97`), 'exec /bin/env -i "$@"'].join("; ");

/**
 * Node's own: of files only the program's, to read; no processes, threads, add-ons, WASI or inspector; no code from texts.
 * Without compiled code it takes less memory, and a fault of the compiler is no way out.
 */
const flagsFor = (program: string): string[] => [
  "--permission",
  `--allow-fs-read=${program}`,
  "--no-addons",
  "--disallow-code-generation-from-strings",
  "--disable-proto=delete",
  "--jitless",
  "--max-old-space-size=48",
  "--max-semi-space-size=2",
  "--no-warnings",
];

/**
 * Runs a tool's program once in a process group of its own, which is killed at the end whatever happens.
 * @param program the tool's file, absolute; never a text of a user
 * @param signal kills it when it aborts
 */
export function runSandboxed(
  program: string,
  input: JsonObject,
  signal: AbortSignal,
  { wallMs = WALL_MS, node = process.execPath }: SandboxLimits = {},
): Promise<SandboxResult> {
  const { promise, resolve } = Promise.withResolvers<SandboxResult>();
  const argv = ["-c", SCRIPT, "tool", node, ...flagsFor(program), program];
  const child = spawn("/bin/sh", argv, { env: {}, cwd: "/", detached: true, stdio: ["pipe", "pipe", "ignore"] });
  const chunks: Buffer[] = [];
  let length = 0;
  const end = (result: SandboxResult): void => {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
    killGroup(child.pid);
    resolve(result);
  };
  const abort = (): void => end({ outcome: "timed_out", error: "nobody waits any more" });
  const timer = setTimeout(() => end({ outcome: "timed_out", error: `more than ${wallMs} ms` }), wallMs);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  child.stdout.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length <= MAX_TOOL_OUTPUT_BYTES + FRAME_BYTES) chunks.push(chunk);
    else end({ outcome: "output_too_large", error: `more than ${MAX_TOOL_OUTPUT_BYTES} bytes` });
  });
  child.once("error", () => end({ outcome: "crashed", error: "it could not be started" }));
  child.once("close", (code) => end(resultOf(code, Buffer.concat(chunks).toString("utf8"))));
  // A tool that ends before it has read everything is no fault of ours.
  child.stdin.on("error", () => undefined);
  child.stdin.end(JSON.stringify(input));
  return promise;
}

function resultOf(code: number | null, text: string): SandboxResult {
  const reply = code === 0 ? parseReply(text) : undefined;
  if (!reply) return { outcome: "crashed", error: "it ended without an answer" };
  return "output" in reply ? { outcome: "ok", output: reply.output } : { outcome: "failed", error: reply.error };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody of it is left.
  }
}
