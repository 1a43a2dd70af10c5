import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import pino from "pino";
import { Registry } from "prom-client";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Chat } from "../../../images/l7-router/src/chat/chat.ts";
import { parseChat } from "../../../images/l7-router/src/chat/chat-request.ts";
import { PromptGate } from "../../../images/l7-router/src/chat/prompt-gate.ts";
import { Limiter } from "../../../images/l7-router/src/limits/limiter.ts";
import { SigningKeys } from "../../../images/l7-router/src/signing-keys.ts";
import { WorkerPool } from "../../../images/l7-router/src/workers/worker-pool.ts";
import { Bus } from "../../../images/runtime/bus/bus.ts";

const log = pino({ level: "silent" });
let dir: string;
beforeEach(() => {
  dir = mkdtempSync("/tmp/dsmil-quota-");
});
afterEach(() => rmSync(dir, { recursive: true }));

it("counts the prompt of a client that does not wait for the answer", async () => {
  mkdirSync(`${dir}/alpha`);
  writeFileSync(`${dir}/alpha/signing_seed`, "0".repeat(64), { mode: 0o400 });
  const keys = new SigningKeys(dir, log);
  await keys.files.look();
  const away = new AbortController();
  const server = createServer((request, response) => {
    const model = { id: "m", version: "1.0.0", context: 1024 };
    if (request.method === "GET") response.end(JSON.stringify({ device_id: 47, model, running: 0, waiting: 0 }));
    else away.abort(new Error("gone"));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const addresses = [{ device: 47, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }];
  const settings = { device: 43, breakAfter: 3, halfOpenMs: 1000, idleMs: 60_000, statusMs: 60_000 };
  const pool = new WorkerPool({ addresses, settings, log, lookMs: 1000 });
  await pool.look();
  const bus = new Bus({ folder: `${dir}/bus`, registry: new Registry(), connections: 1 });
  const limiter = new Limiter();
  const prompts = new PromptGate({ bus, keys, device: 43, isOn: false, log });
  const chat = new Chat({ pool, prompts, keys, limiter, log });
  const left = (): number => Number(limiter.take("ALPHA")["x-ratelimit-remaining-tokens"]);
  const before = left();
  const asked = parseChat({ model: "m", messages: [{ role: "user", content: "x".repeat(400) }] });
  await expect(chat.start({ tenant: "ALPHA", name: "default" }, asked, away.signal)).rejects.toThrow("gone");
  expect(before - left()).toBe(100);
  pool.close();
  bus.close();
  server.closeAllConnections();
  server.close();
});
