import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from "node:http";
import { get, type RequestOptions } from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../../infra/lab/free-port.ts";
import { renderHaproxyConf } from "../../../infra/render/haproxy-conf.ts";
import { GOOD, modelOf } from "../../unit/model/fixture.ts";
import { pause, Sandbox, which } from "./sandbox.ts";

const program = which("haproxy");

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A server behind the balancer: says its name and what headers it got. */
class Router {
  readonly name: string;
  seen: IncomingHttpHeaders = {};
  healthy = true;
  /** Streams whose clients went away. */
  ended = 0;
  private readonly server: Server;

  constructor(name: string) {
    this.name = name;
    this.server = createServer((request, response) => {
      if (request.url === "/healthz") return void response.writeHead(this.healthy ? 200 : 503).end();
      this.seen = request.headers;
      if (request.url === "/v1/stream") {
        // No end: who gets an event at all gets it unbuffered.
        response.writeHead(200, { "content-type": "text/event-stream" });
        const timer = setInterval(() => response.write("data: 1\n\n"), 20);
        return void response.once("close", () => {
          clearInterval(timer);
          this.ended += 1;
        });
      }
      response.end(this.name);
    });
  }
  listen(port: number): Promise<void> {
    return new Promise((done) => this.server.listen(port, "127.0.0.1", done));
  }
  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

describe.skipIf(program === undefined)("haproxy.cfg with the real balancer", () => {
  const routers = [new Router("one"), new Router("two")] as const;
  let box: Sandbox;
  let ports: { api: number; health: number; servers: [number, number] };

  const request = (headers: Record<string, string> = {}, options: RequestOptions = {}): Promise<Answer> =>
    new Promise((done, fail) => {
      const ca = readFileSync(box.path("certs/ca.crt"));
      const call = get({
        host: "127.0.0.1",
        port: ports.api,
        path: "/v1/models",
        ca,
        servername: "localhost",
        headers,
        agent: false,
        ...options,
      });
      call.once("error", fail);
      call.once("response", (response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => (body += chunk.toString()));
        response.once("end", () => done({ status: response.statusCode ?? 0, body }));
      });
    });
  const health = async (): Promise<number> => (await fetch(`http://127.0.0.1:${ports.health}/healthz`)).status;
  const until = async (what: () => Promise<boolean>): Promise<void> => {
    for (let tries = 0; !(await what()); tries++) {
      if (tries > 100) throw new Error(`waited in vain; the balancer said:\n${box.output}`);
      await pause(50);
    }
  };

  beforeAll(async () => {
    box = new Sandbox();
    ports = { api: await freePort(), health: await freePort(), servers: [await freePort(), await freePort()] };
    await Promise.all(routers.map((router, i) => router.listen(ports.servers[i] ?? 0)));
    const conf = box.write("haproxy.cfg", renderHaproxyConf(modelOf(GOOD)), {
      "/etc/dsmil/certs": box.path("certs"),
      "/run/haproxy": box.path("run"),
      "0.0.0.0:8001": `127.0.0.1:${ports.api}`,
      "0.0.0.0:8404": `127.0.0.1:${ports.health}`,
      "10.212.1.11:8001": `127.0.0.1:${ports.servers[0]}`,
      "10.212.1.12:8001": `127.0.0.1:${ports.servers[1]}`,
    });
    const checked = box.run(program ?? "", ["-c", "-f", conf]);
    expect(checked.code, checked.text).toBe(0);
    expect(checked.text).not.toMatch(/WARNING/);
    await box.start(program ?? "", ["-W", "-db", "-f", conf], ports.api);
    await until(async () => (await health()) === 200);
  });
  afterAll(async () => {
    for (const router of routers) router.close();
    await box.close();
  });

  it("spreads requests over the replicas", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => request()));
    expect(new Set(answers.map(({ body }) => body))).toEqual(new Set(["one", "two"]));
  });

  it("passes events on as they come, and ends a stream at the server when its client goes away", async () => {
    const ended = (): number => routers.reduce((sum, router) => sum + router.ended, 0);
    const ca = readFileSync(box.path("certs/ca.crt"));
    const to = { host: "127.0.0.1", port: ports.api, ca, servername: "localhost", agent: false };
    const stream = get({ ...to, path: "/v1/stream" });
    const [response] = (await once(stream, "response")) as [IncomingMessage];
    expect(String(((await once(response, "data")) as [Buffer])[0])).toMatch(/^data: 1\n\n/);
    stream.destroy();
    await until(async () => ended() === 1);
  });

  it("takes headers as long as a token of the API", async () => {
    const { status } = await request({ authorization: `Bearer ${"a".repeat(6400)}` });
    expect(status).toBe(200);
  });

  it("drops headers that would claim an identity, and keeps the tenant the router compares", async () => {
    const { body } = await request({
      "x-tenant-id": "ALPHA",
      "x-tenant-roles": "ADMIN",
      "x-forwarded-for": "10.9.9.9",
      forwarded: "for=10.9.9.9",
    });
    const { seen } = routers[body === "one" ? 0 : 1];
    expect(seen["x-tenant-id"]).toBe("ALPHA");
    expect(seen).not.toHaveProperty("x-tenant-roles");
    expect(seen).not.toHaveProperty("forwarded");
    expect(seen["x-forwarded-for"]).toBe("127.0.0.1");
    expect(seen["x-forwarded-proto"]).toBe("https");
  });

  it("serves the API and nothing else of a router", async () => {
    for (const path of ["/healthz", "/health", "/metrics", "/", "/v1"]) {
      expect((await request({}, { path })).status, path).toBe(404);
    }
  });

  it("speaks no TLS below 1.2", async () => {
    await expect(
      request({}, { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" }),
    ).rejects.toThrow();
  });

  it("loses no request while a replica goes away without a word and comes back", async () => {
    let stop = false;
    const answers: Answer[] = [];
    const load = (async () => {
      while (!stop) {
        answers.push(await request().catch((error: Error) => ({ status: 0, body: error.message })));
        await pause(10);
      }
    })();
    await pause(300);
    routers[0].close();
    await pause(2_000);
    const again = new Router("one again");
    await again.listen(ports.servers[0]);
    await until(async () => (await request()).body === "one again");
    stop = true;
    await load;
    again.close();
    expect(answers.length).toBeGreaterThan(50);
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  });

  it("answers its own health only while a server is up, and nothing else there", async () => {
    expect((await fetch(`http://127.0.0.1:${ports.health}/other`)).status).toBe(404);
    for (const router of routers) router.healthy = false;
    await until(async () => (await health()) === 503);
    expect((await request()).status).toBe(503);
  });
});
