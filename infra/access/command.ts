import { pipeline } from "node:stream/promises";
import type { Client, ClientChannel } from "ssh2";

/** How a command on a node ended. */
export interface ExecResult {
  /** Exit status; 128 + n style codes are the remote shell's, -1 means that a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExecOptions {
  /** Fed to the command, then end of file. Nothing: end of file at once. */
  readonly stdin?: string | Uint8Array | NodeJS.ReadableStream;
  /** The command is given up after so long (and ended on the node a second later); default: no limit. */
  readonly timeoutMs?: number;
  /** Gives the command up: its channel is closed; on the node it ends when it next reads or writes. */
  readonly signal?: AbortSignal;
  /** Bytes of stdout and stderr together; beyond it the command is given up. Default 16 MiB. */
  readonly maxOutputBytes?: number;
}

/** The connection went away before the command could start: it has certainly not run. */
export class NotStarted extends Error {}

const MAX_OUTPUT = 16 * 1024 * 1024;

/**
 * Runs a command line in a new session, feeds it and collects what it says.
 * @throws NotStarted when the connection went away before it could start; Error when it is given up (time, abort,
 * output) or the connection is lost while it runs.
 */
export function runCommand(client: Client, command: string, options: ExecOptions): Promise<ExecResult> {
  return new Promise((resolve, reject) => {
    let waiting = true;
    const stop = (error: unknown): void => {
      waiting = false;
      clearTimeout(timer);
      client.removeListener("close", lost);
      options.signal?.removeEventListener("abort", aborted);
      if (error !== undefined) reject(error);
    };
    const lost = (): void => stop(new NotStarted("connection lost"));
    const aborted = (): void => stop(options.signal?.reason ?? new Error("aborted"));
    const silent = (): void => stop(new Error(`no answer within ${(options.timeoutMs ?? 0) / 1000} s`));
    const timer = options.timeoutMs === undefined ? undefined : setTimeout(silent, options.timeoutMs);
    client.once("close", lost);
    options.signal?.addEventListener("abort", aborted);
    try {
      client.exec(command, (error, channel) => {
        if (!waiting) return channel?.destroy();
        stop(error && (/open failure|Unable to exec/.test(error.message) ? error : new NotStarted(error.message)));
        // Listened to in this very turn: a short command's exit status may be in the same packet as its start.
        if (!error) resolve(finish(channel, options));
      });
    } catch (error) {
      stop(new NotStarted((error as Error).message));
    }
  });
}

function finish(channel: ClientChannel, options: ExecOptions): Promise<ExecResult> {
  return new Promise((resolve, reject) => {
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    const limit = options.maxOutputBytes ?? MAX_OUTPUT;
    let size = 0;
    let code: number | undefined;
    let timer: NodeJS.Timeout | undefined;
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", aborted);
      act();
    };
    let givenUp = false;
    const giveUp = (error: unknown): void => {
      if (givenUp) return;
      givenUp = true;
      settle(() => {
        channel.on("error", () => undefined);
        channel.destroy();
        reject(error);
      });
    };
    const aborted = (): void => giveUp(options.signal?.reason ?? new Error("aborted"));
    const take = (into: Buffer[]) => (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) giveUp(new Error(`more than ${Math.round(limit / 1024)} KiB of output`));
      else into.push(chunk);
    };
    channel.on("data", take(out));
    channel.stderr.on("data", take(err));
    channel.on("exit", (status: number | null) => {
      code = status ?? -1;
    });
    channel.on("error", giveUp);
    channel.on("close", () =>
      settle(() => {
        if (code === undefined) reject(new Error("connection lost while it ran; whether it finished is unknown"));
        else resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
      }),
    );
    if (options.timeoutMs !== undefined) {
      const seconds = options.timeoutMs / 1000;
      timer = setTimeout(() => giveUp(new Error(`not finished within ${seconds} s`)), options.timeoutMs);
    }
    if (options.signal?.aborted) aborted();
    else options.signal?.addEventListener("abort", aborted);
    feed(channel, options.stdin, giveUp, () => code !== undefined);
  });
}

/** A command may end without reading all its input; only a failing source is an error. */
function feed(
  channel: ClientChannel,
  stdin: string | Uint8Array | NodeJS.ReadableStream | undefined,
  fail: (error: unknown) => void,
  ended: () => boolean,
): void {
  if (stdin === undefined || typeof stdin === "string" || stdin instanceof Uint8Array) {
    channel.end(stdin);
    return;
  }
  // Told as it happens: the node takes the end of what was sent for the end of the input, and its command may succeed.
  stdin.once("error", (error) => {
    if (!ended()) fail(error);
  });
  pipeline(stdin, channel).catch((error: unknown) => {
    if (!ended() && !channel.destroyed) fail(error);
  });
}
