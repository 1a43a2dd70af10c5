import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadModel } from "../../../infra/model/load.ts";
import { METRICS_REDIS_USER } from "../../../infra/model/redis-users.ts";
import { redisAclUsersOn } from "../../../infra/provider/resources/redis-acl-users/handler.ts";
import { redisStore } from "../../../infra/provider/stores/redis.ts";
import { recordedContext } from "../context.ts";
import { scrapeOnce } from "./exporter.ts";
import { type LocalServer, startRedis } from "./servers.ts";

const PASSWORD = "Metrics-Password-0123456789";
const store = redisStore();
const handler = redisAclUsersOn(store);
let server: LocalServer;
const context = () => recordedContext((node) => server.connect(node));
const inputs = { node: "node-c", users: [{ ...METRICS_REDIS_USER, password: PASSWORD }] };

beforeAll(async () => {
  server = await startRedis();
  await handler.reconcile(inputs, undefined, context());
  await store.use(context(), "node-c", (client) => client.xadd("ALPHA_L3_IN", "*", "event", "secret line"));
}, 60_000);
afterAll(async () => {
  await store.close();
  await server.stop();
});

describe("Redis' exporter", () => {
  it("is as declared: nothing to write the second time", async () => {
    expect(handler.check(inputs)).toEqual([]);
    const again = await handler.read(handler.id(inputs), inputs, context());
    expect(again).toEqual(inputs);
  });

  it("has the server's figures by a user that sees no key", async () => {
    const client = new Redis({
      ...{ port: server.port, host: "localhost", tls: { ca: server.ca }, retryStrategy: () => null },
      ...{ username: METRICS_REDIS_USER.name, password: PASSWORD, disableClientInfo: true },
    });
    client.on("error", () => undefined);
    try {
      expect(await client.info("server")).toContain("redis_version");
      for (const [command, ...args] of [
        ...[
          ["XRANGE", "ALPHA_L3_IN", "-", "+"],
          ["KEYS", "*"],
          ["SCAN", "0"],
          ["GET", "a"],
          ["XLEN", "ALPHA_L3_IN"],
        ],
        ...[
          ["SLOWLOG", "GET"],
          ["MONITOR"],
          ["CLIENT", "LIST"],
          ["CONFIG", "GET", "*"],
          ["ACL", "LIST"],
          ["EVAL", "return 1", "0"],
        ],
      ] as [string, ...string[]][]) {
        await expect(client.call(command, ...args), command).rejects.toThrow(/NOPERM/);
      }
    } finally {
      client.disconnect();
    }
    const plan = loadModel(resolve(import.meta.dirname, "../../../manifest.yaml")).containers.find(
      ({ service }) => service === "redis-exporter",
    );
    const [passwords, authority] = [`${server.dir}/passwords.json`, `${server.dir}/exporter-ca.crt`];
    writeFileSync(passwords, JSON.stringify({ [`rediss://localhost:${server.port}`]: PASSWORD }));
    writeFileSync(authority, server.ca);
    const { body, log } = await scrapeOnce("redis", (port) =>
      (plan?.command ?? []).map((flag) =>
        flag
          .replace(/0\.0\.0\.0:\d+/, `127.0.0.1:${port}`)
          .replace(/rediss:\/\/.*/, `rediss://localhost:${server.port}`)
          .replace(/(password-file)=.*/, `$1=${passwords}`)
          .replace(/(ca-cert-file)=.*/, `$1=${authority}`),
      ),
    );
    expect(body, log).toMatch(/^redis_up 1$/m);
    expect(body).toMatch(/^redis_memory_used_bytes \d+/m);
    expect(body).toMatch(/^redis_db_keys\{db="db0"\} 1$/m);
    expect(body).not.toContain("ALPHA");
    expect(log).not.toContain(PASSWORD);
    // It tells of the file at this level, too.
    expect(log).not.toMatch(/level=error msg="(?!Loaded)/);
  }, 60_000);
});
