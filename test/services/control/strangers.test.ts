import { readFileSync } from "node:fs";
import { connect as connectTcp, type Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readEntry } from "../../../images/runtime/control/trail.ts";
import { type ControlRig, startControl, until } from "./rig.ts";

let rig: ControlRig;
const open: Socket[] = [];
beforeAll(async () => {
  rig = await startControl();
}, 60_000);
afterAll(async () => {
  for (const socket of open) socket.destroy();
  await rig.stop();
});

const lastEntry = (of: "trail" | "nobody") => readEntry(rig.trail(of).at(-1) ?? "");

function tls(who?: string, localAddress = "127.0.0.1"): Promise<TLSSocket> {
  const file = (name: string): Buffer => readFileSync(`${rig.dir}/${name}`);
  const own = who === undefined ? {} : { cert: file(`${who}.crt`), key: file(`${who}.key`) };
  return new Promise((done, failed) => {
    const raw = connectTcp({ host: "127.0.0.1", port: rig.port, localAddress });
    const socket = connect({ socket: raw, servername: "localhost", ca: file("ca.crt"), ...own }, () => done(socket));
    open.push(raw);
    raw.on("error", failed);
    socket.on("error", failed);
  });
}

/** All that is answered until the server hangs up. */
async function spoken(socket: TLSSocket, words: string): Promise<string> {
  let answer = "";
  socket.on("data", (part: Buffer) => {
    answer += part.toString();
  });
  socket.write(words);
  expect(await until(async () => socket.closed || socket.readableEnded)).toBe(true);
  return answer;
}

describe("who shows no certificate", () => {
  it("holds no connection after an answer", async () => {
    const answer = await spoken(await tls(), "GET /v1/status HTTP/1.1\r\nhost: x\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1.1 401 /);
  });

  it("does not keep operators out with idle connections from many addresses", async () => {
    const addresses = Array.from({ length: 8 }, (_, i) => `127.0.0.${i + 2}`);
    const idle = addresses.flatMap((localAddress) =>
      Array.from({ length: 12 }, () => connectTcp({ host: "127.0.0.1", port: rig.port, localAddress })),
    );
    open.push(...idle);
    for (const socket of idle) socket.on("error", () => undefined);
    const held = () => idle.filter(({ closed, readyState }) => !closed && readyState === "open").length;
    expect(await until(async () => held() === 32)).toBe(true);
    // The oldest made room; an operator is one of those who come last.
    expect((await rig.ask("vera", "/v1/status")).status).toBe(200);
    expect(await until(async () => held() < 32)).toBe(true);
  });

  it("has no more than its share from one address, beside an operator's connection that stays", async () => {
    const kept = await tls("vera");
    const many = await Promise.allSettled(Array.from({ length: 20 }, () => tls(undefined, "127.0.0.99")));
    expect(many.filter(({ status }) => status === "fulfilled").length).toBeLessThanOrEqual(16);
    for (let i = 0; i < 3; i++)
      await Promise.allSettled(Array.from({ length: 16 }, () => tls(undefined, `127.0.0.${100 + i}`)));
    expect(kept.closed).toBe(false);
    expect(await spoken(kept, "GET /v1/status HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")).toMatch(/ 200 OK/);
  });

  it("is cut off when it says nothing", async () => {
    const silent = await tls();
    const began = Date.now();
    expect(await until(async () => silent.closed || silent.readableEnded)).toBe(true);
    expect(Date.now() - began).toBeLessThan(7000);
  });
});

describe("what is no request", () => {
  it.each([
    ["nonsense", "hello\r\n\r\n", 400, "malformed_request"],
    ["a large head", `GET / HTTP/1.1\r\nx: ${"x".repeat(20_000)}\r\n\r\n`, 431, "headers_too_large"],
  ] as const)("%s is answered with problem details and written down", async (_, words, status, code) => {
    const [head = "", body = ""] = (await spoken(await tls("vera"), words)).split("\r\n\r\n");
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} .*\r\ncontent-type: application/problem\\+json`));
    expect(JSON.parse(body)).toMatchObject({ type: "about:blank", status, code });
    expect(lastEntry("nobody")).toMatchObject({ what: "unreadable", client: "127.0.0.1", status, code });
  });
});

describe("the path in the trail", () => {
  it.each([
    ["/v1/logs#grep=secret", "/v1/logs", "/v1/logs", 403],
    ["/%76%31/%6c%6f%67%73?grep=secret", "/v1/logs", "/v1/logs", 403],
    ["/v1/services/dsmil%2dl3/health", "/v1/services/dsmil-l3/health", "/v1/services/:name/health", 404],
    [`/v1/services/${"%61".repeat(127)}/health`, `/v1/services/${"a".repeat(127)}/health`, "/v1/services/:name/health"],
  ])("of %s is without what was looked for, and can be read", async (sent, path, route, status = 404) => {
    const words = `GET ${sent} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`;
    expect(await spoken(await tls("vera"), words)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(lastEntry("trail")).toMatchObject({ operator: "vera", path, route, status });
  });
});
