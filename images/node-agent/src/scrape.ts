import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Target } from "./targets.ts";

/** Longest that a container may take for its figures, ms. */
const TIMEOUT_MS = 8000;
/** Largest answer that is passed on, bytes. */
export const MAX_ANSWER = 2 * 1024 * 1024;

/** How a scrape ended; a metric's label, so the list is closed. */
export type ScrapeResult = "ok" | "unknown" | "not_running" | "unreachable" | "timeout" | "too_large" | "refused";

/** A scrape that brought nothing. */
export class ScrapeError extends Error {
  readonly result: Exclude<ScrapeResult, "ok">;

  constructor(result: Exclude<ScrapeResult, "ok">, message: string) {
    super(message);
    this.name = "ScrapeError";
    this.result = result;
  }
}

export interface Scraped {
  readonly contentType: string;
  readonly body: Buffer;
}

export interface ScrapeOptions {
  readonly target: Target;
  /** As the engine knows it. */
  readonly address: string;
  /** PEM of the fleet's CA, for https. */
  readonly ca: string;
  readonly timeoutMs?: number;
}

/**
 * What a container's own endpoint says, bounded in size and time.
 * @throws ScrapeError saying how it ended
 */
export function scrape({ target, address, ca, timeoutMs = TIMEOUT_MS }: ScrapeOptions): Promise<Scraped> {
  const { scheme, port, path, serverName } = target;
  const accept = "text/plain;version=0.0.4,*/*;q=0.1";
  const host = serverName ?? target.container;
  const options = { host: address, port, path, agent: false, headers: { accept, host } } as const;
  return new Promise((resolve, reject) => {
    const fail = (result: ScrapeError["result"], message: string): void => {
      sent.destroy();
      reject(new ScrapeError(result, message));
    };
    const secure = { ca, minVersion: "TLSv1.2", ...(serverName && { servername: serverName }) } as const;
    const sent = scheme === "https" ? httpsRequest({ ...options, ...secure }) : httpRequest(options);
    const timer = setTimeout(() => fail("timeout", `no whole answer within ${timeoutMs} ms`), timeoutMs);
    sent.once("close", () => clearTimeout(timer));
    sent.once("error", (error: NodeJS.ErrnoException) => fail("unreachable", error.code ?? "no connection"));
    sent.once("response", (answer) => take(answer, fail, resolve));
    sent.end();
  });
}

function take(
  answer: IncomingMessage,
  fail: (result: ScrapeError["result"], message: string) => void,
  done: (scraped: Scraped) => void,
): void {
  const contentType = answer.headers["content-type"] ?? "";
  if (answer.statusCode !== 200) {
    fail("refused", `answered with status ${answer.statusCode}`);
    return;
  }
  if (!/^(?:text\/plain|application\/openmetrics-text)(?:;|$)/.test(contentType)) {
    fail("refused", "answered with something else than metrics");
    return;
  }
  const parts: Buffer[] = [];
  let size = 0;
  answer.on("data", (part: Buffer) => {
    size += part.length;
    if (size > MAX_ANSWER) fail("too_large", `answered with more than ${MAX_ANSWER} bytes`);
    else parts.push(part);
  });
  answer.once("error", () => fail("unreachable", "the answer broke off"));
  answer.once("end", () => done({ contentType: contentType.slice(0, 128), body: Buffer.concat(parts) }));
}
