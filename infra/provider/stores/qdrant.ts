import { Agent, request as httpsRequest } from "node:https";
import { type Connector, connector } from "./connector.ts";
import type { StoreEndpoint } from "./endpoint.ts";

/** Qdrant answered with an error. */
export class QdrantError extends Error {
  override readonly name = "QdrantError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Qdrant's REST API as its administrator sees it. */
export interface Qdrant {
  /** Secret that tokens are signed with; the administrator's own key. */
  readonly secret: string;
  /** `result` of the answer. @throws QdrantError */
  call(method: "GET" | "PUT" | "POST" | "DELETE", path: string, body?: object): Promise<unknown>;
  close(): void;
}

/** Longest that one request may take, ms: creating a collection writes its files. */
const TIMEOUT_MS = 30_000;

export const qdrantStore = (): Connector<Qdrant> =>
  connector<Qdrant>({
    store: "qdrant",
    open,
    close: async (client) => client.close(),
    refused: (error) => error instanceof QdrantError && (error.status === 401 || error.status === 403),
  });

/** The process's own connections. */
export const qdrant: Connector<Qdrant> = qdrantStore();

async function open(endpoint: StoreEndpoint): Promise<Qdrant> {
  const agent = new Agent({ keepAlive: true, maxSockets: 4, ca: endpoint.ca, minVersion: "TLSv1.2" });
  const call: Qdrant["call"] = (method, path, body) => send(agent, endpoint, { method, path, body });
  try {
    await call("GET", "/collections");
  } catch (error) {
    agent.destroy();
    throw error;
  }
  return { secret: endpoint.secret, call, close: () => agent.destroy() };
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body: object | undefined;
}

async function send(agent: Agent, endpoint: StoreEndpoint, { method, path, body }: Call): Promise<unknown> {
  const payload = body === undefined ? "" : JSON.stringify(body);
  const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
    const request = httpsRequest(
      {
        agent,
        method,
        path,
        host: "127.0.0.1",
        port: endpoint.port,
        servername: endpoint.servername,
        timeout: TIMEOUT_MS,
        headers: {
          "api-key": endpoint.secret,
          "content-length": Buffer.byteLength(payload),
          ...(payload && { "content-type": "application/json" }),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      },
    );
    request.on("timeout", () => request.destroy(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })));
    request.on("error", reject);
    request.end(payload);
  });
  return result(status, text, `${method} ${path}`);
}

function result(status: number, text: string, what: string): unknown {
  let answer: { result?: unknown; status?: unknown } = {};
  try {
    answer = JSON.parse(text) as typeof answer;
  } catch {
    // Refusals at the door are plain text.
  }
  if (status >= 200 && status < 300) return answer.result;
  const said = (answer.status as { error?: string } | undefined)?.error ?? text.slice(0, 200);
  throw new QdrantError(status, `${what}: ${status} ${said}`);
}
