import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";

const MEDIA_TYPE = "application/taxii+json;version=2.1";

/** An object of the collection, and when it was added. */
export interface Added {
  readonly at: string;
  readonly object: object;
}

/** A TAXII 2.1 server with one collection, over TLS on loopback, as far as clients of this project ask it. */
export class TaxiiServer {
  readonly token = "secret-of-the-test";
  readonly asked: URL[] = [];
  readonly objects: Added[] = [];
  /** Objects of one page at most. */
  pageSize = 2;
  /** Answers instead of the collection while it is set. */
  instead: ((response: ServerResponse) => void) | undefined;
  /** The request, counted from the first, that gets no answer. */
  failsAt: number | undefined;
  private readonly server: Server;

  constructor(dir: string) {
    const tls = { key: readFileSync(`${dir}/tls.key`), cert: readFileSync(`${dir}/tls.crt`) };
    this.server = createServer(tls, (request, response) => this.answer(request, response));
  }

  async start(): Promise<string> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    return `https://localhost:${(this.server.address() as AddressInfo).port}/api/collections/c1/`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "/", "https://localhost");
    this.asked.push(url);
    const status = this.statusFor(request, url);
    if (this.asked.length === this.failsAt) response.destroy();
    else if (this.instead) this.instead(response);
    else if (status === 200) this.page(url, response);
    else response.writeHead(status, { "content-type": MEDIA_TYPE }).end(JSON.stringify({ title: "refused" }));
  }

  private statusFor({ headers }: IncomingMessage, { pathname }: URL): number {
    if (headers.authorization !== `Bearer ${this.token}`) return 401;
    if (headers.accept !== MEDIA_TYPE) return 406;
    return pathname === "/api/collections/c1/objects/" ? 200 : 404;
  }

  private page(url: URL, response: ServerResponse): void {
    const after = url.searchParams.get("added_after");
    const all = this.objects.filter(({ at }) => after === null || at > after);
    const from = Number(url.searchParams.get("next") ?? 0);
    const page = all.slice(from, from + this.pageSize);
    const more = from + page.length < all.length;
    const last = page.at(-1)?.at;
    response.writeHead(200, {
      "content-type": MEDIA_TYPE,
      ...(last !== undefined && { "x-taxii-date-added-last": last }),
    });
    const next = more ? { next: String(from + page.length) } : {};
    response.end(JSON.stringify({ more, ...next, objects: page.map(({ object }) => object) }));
  }
}
