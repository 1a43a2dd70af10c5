import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import type { Certificates } from "../support/certificates.ts";

interface Body {
  readonly streams: readonly { stream: Record<string, string>; values: readonly (readonly [string, string])[] }[];
}

/** Takes what Loki's push API takes, and knows a line again by labels, time and text, as Loki does. */
export class Receiver {
  /** Labels, time and text of each line that is kept. */
  readonly lines = new Map<string, { labels: Record<string, string>; time: string; text: string }>();
  /** Lines that came, those that were known among them. */
  received = 0;
  /** Answered instead of 204 while it is set. */
  status = 204;
  /** What is said with it. */
  text = "";
  private server: Server | undefined;
  private port = 0;

  /** Listens, at the port of before if there was one. */
  async start({ ca, cert, key }: Certificates): Promise<string> {
    const files = { ca: readFileSync(ca), cert: readFileSync(cert), key: readFileSync(key) };
    const server = createServer(
      { ...files, requestCert: true, rejectUnauthorized: true },
      async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        if (this.status === 204) this.take(JSON.parse(gunzipSync(Buffer.concat(chunks)).toString()) as Body);
        response.writeHead(this.status).end(this.text);
      },
    );
    this.server = server;
    server.listen(this.port, "127.0.0.1");
    await once(server, "listening");
    this.port = (server.address() as AddressInfo).port;
    return `https://localhost:${this.port}`;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    this.server?.close();
    if (this.server?.listening) await once(this.server, "close");
  }

  /** Texts of a container, by time. */
  textsOf(container: string): string[] {
    const own = [...this.lines.values()].filter(({ labels }) => labels.container === container);
    return own.sort((a, b) => (a.time < b.time ? -1 : 1)).map(({ text }) => text);
  }

  private take({ streams }: Body): void {
    for (const { stream, values } of streams) {
      for (const [time, text] of values) {
        this.received += 1;
        this.lines.set(JSON.stringify([stream, time, text]), { labels: stream, time, text });
      }
    }
  }
}
