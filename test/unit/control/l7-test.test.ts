import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pc from "picocolors";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { operatorConfig } from "../../../infra/cli/operator.ts";
import { parseConfig } from "../../../infra/ctl/config-file.ts";
import { readKeyFile } from "../../../infra/ctl/key-file.ts";
import { checkTable, frontOf } from "../../../infra/ctl/l7.ts";
import { checkL7 } from "../../../infra/ctl/l7-checks.ts";
import { makeCertificates } from "../../services/support/certificates.ts";

const dir = mkdtempSync(join(tmpdir(), "dsmil-l7-"));
const KEY = "sk-alpha-0123456789";
const chunk = (delta: object, more: object = {}) =>
  `data: ${JSON.stringify({ model: "m", choices: [{ index: 0, delta }], usage: null, ...more })}\n\n`;
const GOOD = {
  models: JSON.stringify({ object: "list", data: [{ id: "m", object: "model" }] }),
  chat: JSON.stringify({
    model: "m",
    choices: [{ message: { content: "Hello." }, finish_reason: "stop" }],
    usage: { prompt_tokens: 5, completion_tokens: 2 },
  }),
  stream: `${chunk({ role: "assistant" })}${chunk({ content: "Hel" })}${chunk({ content: "lo" })}${chunk({}, { choices: [], usage: { prompt_tokens: 5, completion_tokens: 2 } })}data: [DONE]\n\n`,
  embedding: JSON.stringify({ model: "e", data: [{ embedding: [0.1, 0.2] }], usage: { prompt_tokens: 7 } }),
};
type Answers = Readonly<Record<keyof typeof GOOD, string | number | readonly [number, string]>>;

let server: Server;
let ca: Buffer;
let answers: Answers = GOOD;
const asked: { readonly url: string; readonly tenant: unknown; readonly key: unknown }[] = [];

beforeAll(async () => {
  const { ca: authority, cert, key } = makeCertificates(dir);
  ca = readFileSync(authority);
  server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => {
      body += part.toString();
    });
    request.on("end", () => {
      const { authorization, "x-tenant-id": tenant } = request.headers;
      asked.push({ url: String(request.url), tenant, key: authorization });
      const which = request.url?.endsWith("models")
        ? "models"
        : request.url?.endsWith("embeddings")
          ? "embedding"
          : JSON.parse(body).stream
            ? "stream"
            : "chat";
      const answer = answers[which];
      if (typeof answer === "number") return void setTimeout(() => request.socket.destroy(), answer);
      const [status, text] = typeof answer === "string" ? [200, answer] : answer;
      response.writeHead(status, { "content-type": "application/json" }).end(text);
    });
  }).listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
});
afterEach(() => {
  answers = GOOD;
  asked.length = 0;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
  rmSync(dir, { recursive: true });
});

const front = (serverName = "localhost") => ({
  ...{ name: "l7", address: "127.0.0.1", serverName },
  port: (server.address() as AddressInfo).port,
});
const check = (serverName?: string, model?: string) =>
  checkL7({ front: front(serverName), ca, key: KEY, tenant: "alpha", timeoutMs: 1500 }, model);

describe("dsmilctl l7 test", () => {
  it("asks for models, an answer, a stream and an embedding, as the tenant", async () => {
    const checks = await check();
    expect(checks).toMatchObject([
      { check: "models", ok: true, detail: "m" },
      { check: "chat", ok: true, model: "m", promptTokens: 5, answerTokens: 2, detail: "ended with stop" },
      { check: "stream", ok: true, model: "m", answerTokens: 2, detail: "2 pieces" },
      { check: "embedding", ok: true, model: "e", promptTokens: 7, detail: "2 dimensions" },
    ]);
    expect(checks[2]?.firstTokenMs).toBeLessThanOrEqual(checks[2]?.ms ?? 0);
    expect(asked.every(({ tenant, key }) => tenant === "alpha" && key === `Bearer ${KEY}`)).toBe(true);
    const text = checkTable(checks, pc.createColors(false), 80);
    expect(text).toMatch(/● chat +\d+ ms +- +5\+2 +m +ended with stop/);
    expect(Math.max(...text.split("\n").map((line) => [...line].length))).toBeLessThanOrEqual(80);
  });

  const refusal = JSON.stringify({ error: { code: "tenant_mismatch", message: "The key is of another tenant." } });
  it.each<[string, Partial<Answers>, string, string]>([
    ["a refusal", { models: [403, refusal] }, "models", "403 tenant_mismatch: The key is of another tenant."],
    ["no models", { models: '{"data":[]}' }, "models", "no model is loaded"],
    ["no JSON", { chat: "<html>" }, "chat", "the answer is no JSON object"],
    ["no text", { chat: "{}" }, "chat", "the answer has no text"],
    ["a stream that ends early", { stream: GOOD.stream.replace("data: [DONE]", "") }, "stream", "has no end"],
    ["a stream that breaks", { stream: 'data: {"error":{"message":"gone"}}\n\n' }, "stream", "broke off: gone"],
    ["a stream of nothing", { stream: "data: [DONE]\n\n" }, "stream", "the stream has no text"],
    ["no vector", { embedding: '{"data":[{"embedding":["x"]}]}' }, "embedding", "the answer has no vector"],
    ["a gateway's page", { embedding: [504, "<html>"] }, "embedding", "504"],
    ["a cut connection", { chat: 10 }, "chat", "the connection was cut off"],
    ["silence", { stream: 5000 }, "stream", "no whole answer within 1.5 s"],
  ])("tells %s", async (_what, bad, name, detail) => {
    answers = { ...GOOD, ...bad };
    const found = (await check()).find((one) => one.check === name);
    expect(found).toMatchObject({ ok: false, detail: expect.stringContaining(detail) });
  });

  it("asks nothing further of who is not there, or is another", async () => {
    const [models, ...rest] = await check("l7.example");
    expect(models).toMatchObject({ ok: false, detail: "the certificate is of another server" });
    expect(rest.map(({ ok, detail }) => [ok, detail])).toEqual(Array(3).fill([false, "not asked"]));
    expect(asked).toEqual([]);
  });

  it("asks the model that is named", async () => {
    answers = { ...GOOD, models: '{"data":[]}' };
    expect((await check(undefined, "other")).map(({ ok }) => ok)).toEqual([false, true, true, true]);
  });
});

describe("the key file", () => {
  const file = (content: string, mode = 0o600): string => {
    const path = join(dir, "key");
    writeFileSync(path, content);
    chmodSync(path, mode);
    return path;
  };

  it("is one key, its owner's alone", () => {
    expect(readKeyFile(file(`${KEY}\n`))).toBe(KEY);
    expect(() => readKeyFile(file(KEY, 0o640))).toThrow("others may read the key");
    for (const content of ["", "two words", "x".repeat(9000), "\u0000"])
      expect(() => readKeyFile(file(content))).toThrow(/does not hold one key|is no file with a key/);
    expect(() => readKeyFile(join(dir, "none"))).toThrow("cannot be read");
    expect(() => readKeyFile("/dev/null")).toThrow(/others may read|is no file/);
  });
});

describe("where the API is", () => {
  const l7 = { name: "l7", address: "10.0.0.2", port: 8001, serverName: "node-b.x" };

  it("comes from the configuration that `bin/dsmil operator` writes, or from options", () => {
    const nodes = [{ id: "node-b", address: "10.0.0.2", hostname: "node-b.x" }];
    const services = [{ id: "haproxy", node: "node-b", port: 8443, publish: 8001 }];
    const written = operatorConfig({ fleet: { name: "lab" }, nodes, services } as never);
    expect(parseConfig(JSON.stringify(written), "/d/config.yaml").contexts.lab?.l7).toEqual(l7);
    expect(frontOf({ l7 }, {})).toEqual(l7);
    expect(frontOf({ l7 }, { address: "127.0.0.1:9000" })).toEqual({ ...l7, address: "127.0.0.1", port: 9000 });
    expect(frontOf({}, { address: "l7.x" })).toEqual({ ...l7, address: "l7.x", serverName: "l7.x" });
    expect(() => frontOf({}, {})).toThrow("does not say where");
    expect(() => frontOf({}, { address: "https://x" })).toThrow("is no host and port");
  });
});
