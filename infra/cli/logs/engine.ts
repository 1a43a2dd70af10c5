import { type IncomingMessage, request } from "node:http";
import type { Duplex } from "node:stream";
import { type EngineMessage, engineMessages } from "./frames.ts";

/** Where engines listen on their nodes. */
export const ENGINE_SOCKET = "/var/run/docker.sock";

/** Which of a container's lines are asked for. */
export interface EngineQuery {
  /** RFC 3339 with up to nine digits; lines of this very instant are among them. */
  readonly since: string;
  /** Only so many, the latest. */
  readonly tail?: number;
  /** Stays for those that come. */
  readonly follow?: boolean;
}

/** An engine that has no such container. */
export class NoContainer extends Error {}

/** An engine that is silent for so long while it has more to say is given up. */
const SILENCE_MS = 30_000;
const MOST_ERROR = 4096;

/**
 * A container's lines, as its engine has them, oldest first.
 * @param socket a stream to the engine's socket; it is closed however this ends
 * @throws NoContainer, or Error with the engine's words
 */
export async function* engineLogs(
  socket: Duplex,
  container: string,
  query: EngineQuery,
  signal: AbortSignal,
): AsyncGenerator<EngineMessage> {
  const stop = (): void => void socket.destroy();
  signal.addEventListener("abort", stop);
  // What breaks is told by the answer or by its absence.
  socket.on("error", () => undefined);
  if (signal.aborted) stop();
  try {
    const response = await ask(socket, container, query);
    const { statusCode = 0 } = response;
    if (statusCode === 404) throw new NoContainer(`there is no container ${container}`);
    if (statusCode !== 200) throw new Error(`the engine answered ${statusCode}: ${await words(response)}`);
    yield* engineMessages(response);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener("abort", stop);
    socket.destroy();
  }
}

function ask(socket: Duplex, container: string, query: EngineQuery): Promise<IncomingMessage> {
  const parameters = new URLSearchParams({
    stdout: "1",
    stderr: "1",
    timestamps: "1",
    since: unixTime(query.since),
    tail: query.tail === undefined ? "all" : String(query.tail),
    ...(query.follow && { follow: "1" }),
  });
  return new Promise((resolve, reject) => {
    const path = `/containers/${encodeURIComponent(container)}/logs?${parameters}`;
    const asked = request({ host: "engine", path, createConnection: () => socket, headers: { connection: "close" } });
    if (!query.follow) {
      const timer = setTimeout(() => socket.destroy(new Error("the engine does not answer")), SILENCE_MS);
      socket.on("data", () => timer.refresh());
      socket.once("close", () => clearTimeout(timer));
    }
    asked.once("response", resolve);
    asked.once("error", reject);
    asked.end();
  });
}

/** `2026-11-21T14:00:00.000000001Z` → `1795269600.000000001`, as the engine wants it. */
export function unixTime(time: string): string {
  const fraction = /\.(\d{1,9})/.exec(time)?.[1] ?? "";
  const seconds = Math.floor(Date.parse(time) / 1000);
  return `${seconds}.${fraction.padEnd(9, "0")}`;
}

async function words(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of response) {
    text += String(chunk);
    if (text.length > MOST_ERROR) break;
  }
  const said = /"message"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? text;
  return said.slice(0, 200).trim();
}
