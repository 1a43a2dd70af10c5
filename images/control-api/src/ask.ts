import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";

export interface Question {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** With it the question goes over TLS. */
  readonly tls?: { readonly ca: string; readonly servername: string; readonly cert: string; readonly key: string };
  readonly timeoutMs: number;
  /** Largest answer, bytes. */
  readonly limit: number;
}

export interface Asked {
  readonly status: number;
  readonly body: string;
}

/**
 * Asks by GET, bounded in time and size.
 * @throws Error saying what went wrong
 */
export function ask({ host, port, path, tls, timeoutMs, limit }: Question): Promise<Asked> {
  return new Promise((done, failed) => {
    const options = { host, port, path, agent: false, headers: { accept: "application/json" } } as const;
    const sent = tls ? httpsRequest({ ...options, ...tls, minVersion: "TLSv1.2" }) : httpRequest(options);
    const timer = setTimeout(() => sent.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    sent.once("close", () => clearTimeout(timer));
    sent.once("error", (error: NodeJS.ErrnoException) => failed(new Error(error.code ?? error.message)));
    sent.once("response", (answer) => {
      const parts: Buffer[] = [];
      let size = 0;
      answer.on("data", (part: Buffer) => {
        size += part.length;
        if (size > limit) sent.destroy(new Error(`an answer of more than ${limit} bytes`));
        else parts.push(part);
      });
      answer.once("error", failed);
      answer.once("end", () => done({ status: answer.statusCode ?? 0, body: Buffer.concat(parts).toString("utf8") }));
    });
    sent.end();
  });
}
