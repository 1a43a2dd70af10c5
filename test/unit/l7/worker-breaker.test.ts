import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { Worker } from "../../../images/l7-router/src/workers/worker.ts";
import { signer } from "../../../images/runtime/pqc/signer.ts";

let server: Server;
let worker: Worker;
afterEach(async () => {
  worker.close();
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

async function serve(listener: RequestListener): Promise<void> {
  server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings = { device: 43, breakAfter: 3, halfOpenMs: 60_000, idleMs: 60_000, statusMs: 1000 };
  worker = new Worker({ device: 47, url }, settings);
}

const key = signer(randomBytes(32).toString("hex"));
const start = (signal = new AbortController().signal) =>
  worker.start({ caller: { tenant: "ALPHA", name: "default" }, key, body: Buffer.from("{}"), signal });
const gone = new Error("the client went away");

it("clients that go away before the first token do not turn others from a worker", async () => {
  let arrived = (): void => undefined;
  await serve(() => arrived());
  for (let n = 0; n < 5; n++) {
    const away = new AbortController();
    arrived = () => away.abort(gone);
    await expect(start(away.signal)).rejects.toBe(gone);
  }
  expect([worker.state, worker.load]).toEqual(["closed", 0]);
});

it("clients that go away behind it do not either", async () => {
  await serve((_request, response) => void response.writeHead(200).write('data: {"delta":"a"}\n\n'));
  for (let n = 0; n < 5; n++) {
    const away = new AbortController();
    const events = await start(away.signal);
    expect((await events.next()).value).toEqual({ delta: "a" });
    away.abort(gone);
    await expect(events.next()).rejects.toBe(gone);
  }
  expect([worker.state, worker.load]).toEqual(["closed", 0]);
});

it("a tenant whose claims a worker refuses does not turn others from it", async () => {
  const body = '{"error":{"code":"invalid_claim","message":"no"}}';
  await serve((_request, response) => void response.writeHead(403).end(body));
  for (let n = 0; n < 5; n++) await expect(start()).rejects.toMatchObject({ kind: "busy", code: "invalid_claim" });
  expect(worker.state).toBe("closed");
});

it("a worker that fails is left alone", async () => {
  await serve((_request, response) => void response.writeHead(500).end("{}"));
  for (let n = 0; n < 3; n++) await expect(start()).rejects.toMatchObject({ kind: "down" });
  expect(worker.state).toBe("open");
});
