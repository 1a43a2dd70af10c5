import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { OpenEngine } from "../../../infra/cli/logs/collect.ts";
import type { LogSource } from "../../../infra/cli/logs/types.ts";

/** One message as an engine sends it: `kind` 1 is stdout, 2 stderr; a line that it cut has no `\n`. */
export function frame(time: string, text: string, kind = 1): Buffer {
  const payload = Buffer.from(`${time} ${text}`);
  const header = Buffer.alloc(8);
  header.writeUInt8(kind, 0);
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

/** `2026-11-21T14:00:<s>.<n>Z` with nine digits. */
export const at = (second: number, nano = 0): string =>
  `2026-11-21T14:00:${String(second).padStart(2, "0")}.${String(nano).padStart(9, "0")}Z`;

export const source = (name: string, more: Partial<LogSource> = {}): LogSource => ({
  name: `dsmil-${name}`,
  service: name,
  node: "node-a",
  ...more,
});

/** An HTTP server where the engine's would be; `answer` gets the container's name and the query. */
export async function engine(
  answer: (container: string, query: URLSearchParams, response: ServerResponse) => void,
): Promise<{ open: OpenEngine; asked: string[]; close: () => Promise<void> }> {
  const asked: string[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const url = new URL(request.url ?? "", "http://engine");
    asked.push(request.url ?? "");
    answer(url.pathname.split("/")[2] ?? "", url.searchParams, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    open: async () => connect(port, "127.0.0.1"),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
