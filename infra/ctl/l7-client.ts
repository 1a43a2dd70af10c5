import { request } from "node:https";
import type { CtlNode } from "./config-file.ts";
import { jsonIn, reasonOf } from "./reason.ts";

/** How the L7 API is asked. */
export interface L7Client {
  readonly front: CtlNode;
  /** The fleet's CA. */
  readonly ca: Buffer;
  readonly key: string;
  readonly tenant: string;
  /** Longest that an answer may take, ms. */
  readonly timeoutMs: number;
}

/** A question that got no answer, or a refusal. The message is fit to be shown: keys are never in it. */
export class L7Failure extends Error {
  /** HTTP status; absent where there was no answer. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.name = "L7Failure";
    this.status = status;
  }
}

const MOST_BYTES = 4 * 1024 * 1024;

/**
 * Asks, by POST where there is a body.
 * @param onPart what came so far of an answer of 200, as soon as it comes
 * @throws L7Failure
 */
export function askL7(client: L7Client, path: string, body?: object, onPart?: (part: string) => void): Promise<string> {
  const { front, ca, key, tenant, timeoutMs } = client;
  const content = body && JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${key}`,
    "x-tenant-id": tenant,
    ...(content && { "content-type": "application/json", "content-length": Buffer.byteLength(content) }),
  };
  const { address: host, port, serverName: servername } = front;
  const method = content === undefined ? "GET" : "POST";
  return new Promise((done, failed) => {
    const fail = (error: Error): void => failed(error instanceof L7Failure ? error : new L7Failure(reasonOf(error)));
    const sent = request({ host, port, servername, ca, path, method, headers, agent: false, minVersion: "TLSv1.2" });
    const late = new L7Failure(`no whole answer within ${timeoutMs / 1000} s`);
    const timer = setTimeout(() => sent.destroy(late), timeoutMs);
    sent.once("close", () => clearTimeout(timer));
    sent.once("error", fail);
    sent.once("response", (answer) => {
      const status = answer.statusCode ?? 0;
      let [got, size] = ["", 0];
      answer.setEncoding("utf8");
      answer.on("data", (part: string) => {
        size += part.length;
        if (size > MOST_BYTES) sent.destroy(new L7Failure(`an answer of more than ${MOST_BYTES} bytes`));
        got += part;
        if (status === 200) onPart?.(part);
      });
      answer.once("error", fail);
      answer.once("end", () => (status === 200 ? done(got) : fail(refusal(status, got))));
    });
    sent.end(content);
  });
}

function refusal(status: number, body: string): L7Failure {
  const { error } = (jsonIn(body) ?? {}) as { error?: { code?: unknown; message?: unknown } };
  const said = error === undefined ? "" : ` ${String(error.code ?? "")}: ${String(error.message ?? "")}`;
  return new L7Failure(`${status}${said}`.slice(0, 300), status);
}
