import { request } from "node:https";

export interface HttpsGetOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** PEM of the authority that the server's certificate must come from; without one, those of the system. */
  readonly ca?: string;
  /** Longest answer, bytes. */
  readonly most: number;
  /** Longest wait for all of it, ms. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** An answer with its status; headers by name in lower case. */
export interface HttpsAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** GET over TLS, without following to elsewhere. @throws Error when there is no whole answer within the bounds */
export function httpsGet(url: URL, { headers, ca, most, timeoutMs, signal }: HttpsGetOptions): Promise<HttpsAnswer> {
  const limit = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      reject(limit.aborted ? new Error(`no answer within ${timeoutMs / 1000} s`, { cause: error }) : error);
    };
    const asked = request(url, {
      headers,
      ...(ca !== undefined && { ca }),
      signal: AbortSignal.any([signal, limit]),
      minVersion: "TLSv1.2",
      agent: false,
    });
    asked.on("error", fail);
    asked.on("response", (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > most) response.destroy(new Error(`an answer of more than ${most} bytes`));
      });
      response.on("error", fail);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    asked.end();
  });
}
