import { Agent, request } from "node:https";
import type { CheckResult } from "../../../runtime/health.ts";
import { pause } from "../../../runtime/pause.ts";
import { readSecret } from "../../../runtime/secret-file.ts";
import type { QdrantConfig } from "../config.ts";

/** Longest wait for an answer, ms, and longest answer, bytes. */
const TIMEOUT_MS = 10_000;
const MAX_ANSWER = 4 * 1024 * 1024;
/** Time between two looks, ms. */
const LOOK_MS = 15_000;

/** Qdrant's REST API with the tenant's own token, which is read anew for each request. */
export class QdrantClient {
  private readonly config: QdrantConfig;
  private readonly agent: Agent;
  private state: CheckResult = { value: "not asked yet", ok: false };

  constructor(config: QdrantConfig) {
    this.config = config;
    this.agent = new Agent({ keepAlive: true, maxSockets: 4, ca: config.ca, minVersion: "TLSv1.2" });
  }

  /** For /health. */
  check(): CheckResult {
    return this.state;
  }

  /** Looks until `signal` aborts whether the collection is there; never throws. */
  async run(collection: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.call("GET", `/collections/${collection}`, undefined, signal).catch(() => undefined);
      await pause(LOOK_MS, signal);
    }
  }

  /**
   * `result` of the answer.
   * @throws Error with status and what Qdrant says
   */
  async call(
    method: "GET" | "PUT" | "POST",
    path: string,
    body: object | undefined,
    signal: AbortSignal,
  ): Promise<unknown> {
    try {
      const result = await this.send(method, path, body === undefined ? "" : JSON.stringify(body), signal);
      this.state = { value: "reached", ok: true };
      return result;
    } catch (error) {
      if (!signal.aborted) this.state = { value: (error as Error).message.slice(0, 200), ok: false };
      throw error;
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private async send(method: string, path: string, payload: string, abort: AbortSignal): Promise<unknown> {
    const signal = AbortSignal.any([abort, AbortSignal.timeout(TIMEOUT_MS)]);
    const headers = {
      "api-key": readSecret(this.config.tokenFile),
      "content-length": Buffer.byteLength(payload),
      ...(payload && { "content-type": "application/json" }),
    };
    const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
      const options = { agent: this.agent, method, headers, signal };
      const asked = request(new URL(path, this.config.url), options, (response) => {
        const chunks: Buffer[] = [];
        let length = 0;
        response.on("data", (chunk: Buffer) => {
          length += chunk.length;
          if (length > MAX_ANSWER) asked.destroy(new Error(`Qdrant's answer has more than ${MAX_ANSWER} bytes`));
          else chunks.push(chunk);
        });
        response.on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      });
      asked.on("error", reject);
      asked.end(payload);
    });
    if (status < 200 || status > 299) throw new Error(`Qdrant: ${status}`);
    return (JSON.parse(text) as { readonly result?: unknown }).result;
  }
}
