import { Agent, request } from "node:https";
import type { Endpoint } from "../stores/endpoints.ts";
import type { OutgoingEvent } from "./envelope.ts";
import type { AppendConnection } from "./sender.ts";

/** Bounds of one request to an ingest (docs/services.md, Ingest), with room for what JSON adds. */
const MAX_LINES = 2000;
const MAX_BYTES = 100 * 1024;
const PATIENCE_MS = 30_000;

/** A connection to the tenant's ingest on its node, which has what it acknowledged on its disk. */
export function openNodeConnection(endpoint: Endpoint, token: string): AppendConnection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    async append(_key, events) {
      const replies: (Error | string)[] = [];
      for (const part of parts(events)) {
        const outcome = await post(endpoint, agent, token, part.text);
        replies.push(...part.ids.map((id) => (outcome instanceof Error ? outcome : id)));
      }
      return replies;
    },
    close: () => agent.destroy(),
  };
}

/** The events as bodies of requests, each within the bounds. */
function parts(events: readonly OutgoingEvent[]): { ids: string[]; text: string }[] {
  const found: { ids: string[]; text: string }[] = [];
  let current = { ids: [] as string[], text: "", bytes: 0 };
  for (const { id, json } of events) {
    const { payload } = JSON.parse(json) as { payload: Record<string, string> };
    const { line, source, format, received_at } = payload;
    const text = `${JSON.stringify({ event_id: id, line, source, format, received_at })}\n`;
    const bytes = Buffer.byteLength(text);
    if (current.ids.length > 0 && (current.ids.length >= MAX_LINES || current.bytes + bytes > MAX_BYTES)) {
      found.push(current);
      current = { ids: [], text: "", bytes: 0 };
    }
    current.ids.push(id);
    current.text += text;
    current.bytes += bytes;
  }
  if (current.ids.length > 0) found.push(current);
  return found;
}

/** Undefined when all was taken; an Error that goes away, or one that begins with `ERR` and does not. */
function post(endpoint: Endpoint, agent: Agent, token: string, text: string): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/x-ndjson" };
    const asked = request({
      ...endpoint,
      agent,
      method: "POST",
      path: "/v1/events",
      headers: { ...headers, "content-length": Buffer.byteLength(text) },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    asked.on("error", resolve);
    asked.on("response", (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body = (body + chunk).slice(0, 4096);
      });
      response.on("error", resolve);
      response.on("end", () => {
        const { statusCode = 0 } = response;
        if (statusCode === 202) return resolve(undefined);
        const lasting = statusCode >= 400 && statusCode < 500 && statusCode !== 429;
        resolve(new Error(`${lasting ? "ERR " : ""}the ingest answers ${statusCode}: ${body.slice(0, 300)}`));
      });
    });
    asked.end(text);
  });
}
