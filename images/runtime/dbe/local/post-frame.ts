import { type Agent, request } from "node:http";
import { LIMITS } from "../codec/constants.ts";

/** Content type of a frame in an HTTP body. */
export const CONTENT_TYPE = "application/dbe";
/** Path that frames are posted to, at a gateway and at an inbox. */
export const MESSAGES_PATH = "/v1/messages";

/** The other side was not reached, or the connection broke before the answer was whole. */
export class BrokenConnection extends Error {
  /** Whether the other side may have got the request. */
  readonly mayHaveArrived: boolean;

  constructor(cause: Error, mayHaveArrived: boolean) {
    super(cause.message, { cause });
    this.name = "BrokenConnection";
    this.mayHaveArrived = mayHaveArrived;
  }
}

/** Nothing of the request has left when a connection could not be made. */
const NOT_SENT: ReadonlySet<string | undefined> = new Set(["ENOENT", "ECONNREFUSED", "EACCES", "ENOTSOCK", "ENOTDIR"]);

/**
 * Posts a frame over HTTP and returns the frame in the answer.
 * @param agent makes the connections
 * @param socketPath Unix socket, unless the agent knows by itself where to connect
 * @throws BrokenConnection; Error for an answer that is not 200 with a frame of a legal size, or when `signal` aborts
 */
export function postFrame(
  agent: Agent,
  socketPath: string | undefined,
  frame: Buffer,
  signal: AbortSignal,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": CONTENT_TYPE, "content-length": frame.length };
    const to = { agent, method: "POST", path: MESSAGES_PATH, headers, signal, host: "localhost" };
    const posted = request(socketPath === undefined ? to : { ...to, socketPath }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > LIMITS.frame) posted.destroy(new Error(`an answer of more than ${LIMITS.frame} bytes`));
        else chunks.push(chunk);
      });
      response.on("error", (error) => reject(new BrokenConnection(error, true)));
      response.on("end", () => {
        const { statusCode } = response;
        // A server that is closing has not looked at it.
        if (statusCode === 503) reject(new BrokenConnection(new Error("closing"), false));
        else if (statusCode === 200)
          resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size));
        else reject(new Error(`HTTP status ${statusCode}`));
      });
    });
    posted.on("error", (error: NodeJS.ErrnoException) => {
      if (signal.aborted) reject(error);
      else reject(new BrokenConnection(error, !NOT_SENT.has(error.code)));
    });
    posted.end(frame);
  });
}
