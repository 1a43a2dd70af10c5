import { request } from "node:https";
import type { Endpoint } from "./endpoints.ts";

export interface HttpsCall {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Path with query: `/v1/models`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as NDJSON, in place of `body`. */
  readonly lines?: string;
  /** Certificate and key that the server asks of its clients, PEM. */
  readonly client?: { readonly cert: string; readonly key: string };
  /** Longest answer that is read, characters; default 1 MiB. */
  readonly mostBody?: number;
  /** Default 10,000. */
  readonly timeoutMs?: number;
}

export interface HttpsAnswer {
  readonly status: number;
  /** At most `mostBody` of it. */
  readonly body: string;
}

const MAX_BODY = 1024 * 1024;

/**
 * One HTTPS request on its own connection; the certificate must carry the endpoint's name and come from its CA.
 * @throws Error when there is no answer
 */
export function httpsRequest(endpoint: Endpoint, call: HttpsCall): Promise<HttpsAnswer> {
  const { host, port, servername, ca } = endpoint;
  const body = call.lines ?? (call.body === undefined ? undefined : JSON.stringify(call.body));
  const headers = {
    host: `${servername}:${port}`,
    ...(body !== undefined && {
      "content-type": call.lines === undefined ? "application/json" : "application/x-ndjson",
      "content-length": String(Buffer.byteLength(body)),
    }),
    ...call.headers,
  };
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host,
        port,
        servername,
        ca,
        ...call.client,
        minVersion: "TLSv1.2",
        method: call.method,
        path: call.path,
        headers,
        agent: false,
      },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (chunk: string) => {
          if (text.length < (call.mostBody ?? MAX_BODY)) text += chunk;
        });
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body: text }));
        answer.on("error", reject);
      },
    );
    sent.setTimeout(call.timeoutMs ?? 10_000, () =>
      sent.destroy(new Error(`no answer within ${(call.timeoutMs ?? 10_000) / 1000} s`)),
    );
    sent.on("error", reject);
    sent.end(body);
  });
}
